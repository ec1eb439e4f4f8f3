"""Animals, drawn by hand."""

from bot.providers.offline.figures.figure import Figure, Habitat, Part
from bot.providers.offline.vocabulary import Scene

_WILD = (Scene.FOREST, Scene.HILLS, Scene.MOUNTAINS)
_TAME = (Scene.HILLS, Scene.MEADOW)

FOX = Figure(
    name="fox",
    words="fox vixen",
    habitat=Habitat.GROUND,
    homes=_WILD,
    tall=0.34,
    coat=(226, 112, 48),
    parts=(
        Part("coat", "M60 94 C82 102 108 90 103 62 C101 48 91 44 86 34 C84 50 82 64 66 76 Z"),
        Part("cream", "M86 34 C91 44 101 48 103 62 C97 62 88 58 84.6 50 C85.4 44 85.8 40 86 34 Z"),
        Part("coat", "M30 100 C28 84 32 66 38 52 L60 52 C68 64 74 84 72 100 Z"),
        Part("cream", "M37 60 C34 74 40 86 48 92 C56 84 58 72 58 60 C52 66 42 66 37 60 Z"),
        Part(
            "dark",
            "M33 100 C33 92 34 86 37 80 C41 86 42 94 42 100 Z M52 100 C52 94 53 86 58 80 C62 86 63 94 63 100 Z",
        ),
        Part("coat", "M24 4 C20 16 20 24 22 34 L40 24 Z M72 4 C76 16 76 24 74 34 L56 24 Z"),
        Part("dark", "M26.5 11 C24.5 18 24.5 24 26 29 L34 24 Z M69.5 11 C71.5 18 71.5 24 70 29 L62 24 Z"),
        Part("coat", "M20 36 C24 22 36 18 48 18 C60 18 72 22 76 36 C72 46 60 58 48 62 C36 58 24 46 20 36 Z"),
        Part("cream", "M18 37 C28 36 38 42 43 52 C45 56 47 59 48 62 C36 58 22 48 18 37 Z"),
        Part("cream", "M78 37 C68 36 58 42 53 52 C51 56 49 59 48 62 C60 58 74 48 78 37 Z"),
        Part("ink", "O48 60.5 3.6 2.8 O37.5 39 2.3 3.1 O58.5 39 2.3 3.1"),
        Part("white", "O38.2 37.8 0.8 0.9 O59.2 37.8 0.8 0.9"),
    ),
)

CAT = Figure(
    name="cat",
    words="cat kitten kitty feline",
    habitat=Habitat.GROUND,
    homes=(Scene.CITY, Scene.TABLE, Scene.MEADOW),
    tall=0.32,
    coat=(74, 72, 92),
    parts=(
        Part("coat", "M64 96 C86 98 96 86 92 72 C90 62 98 58 99 50 C103 58 102 66 99 72 C104 90 92 106 64 100 Z"),
        Part("coat", "M28 100 C26 82 32 64 38 52 L60 52 C68 64 76 82 72 100 Z"),
        Part("cream", "M40 60 C38 70 42 80 49 84 C56 80 60 70 58 60 Z"),
        Part(
            "tint",
            "M36 100 C36 92 38 88 42 88 C46 88 47 92 47 100 Z M52 100 C52 92 53 88 57 88 C61 88 63 92 63 100 Z",
        ),
        Part("coat", "M27 8 C24 18 24 26 26 36 L44 26 Z M71 8 C74 18 74 26 72 36 L54 26 Z"),
        Part("rose", "M30 15 C28 21 28.5 26 29.5 30 L37.5 25.5 Z M68 15 C70 21 69.5 26 68.5 30 L60.5 25.5 Z"),
        Part("coat", "O49 41 25 20"),
        Part("lamp", "O38.5 39 4.6 5 O59.5 39 4.6 5"),
        Part("ink", "O38.5 39 1.7 4.4 O59.5 39 1.7 4.4"),
        Part("cream", "O45 50 5.2 4.4 O53 50 5.2 4.4"),
        Part("rose", "M46 45.5 L52 45.5 L49 49 Z"),
    ),
)

DOG = Figure(
    name="dog",
    words="dog puppy corgi hound labrador retriever husky poodle",
    habitat=Habitat.GROUND,
    homes=_TAME,
    tall=0.33,
    coat=(206, 150, 92),
    parts=(
        Part("coat", "M66 92 C82 90 90 78 92 66 C98 70 98 84 90 92 C82 100 72 100 66 98 Z"),
        Part("coat", "M28 100 C26 80 32 62 38 50 L60 50 C68 62 76 82 73 100 Z"),
        Part("cream", "M39 60 C36 74 42 86 49 90 C56 86 61 74 59 60 Z"),
        Part(
            "tint",
            "M33 100 C33 91 36 87 40 87 C44 87 46 92 46 100 Z M53 100 C53 92 55 87 59 87 C63 87 66 91 66 100 Z",
        ),
        Part("accent", "M36 57 C44 62 54 62 62 57 L62 62 C54 67 44 67 36 62 Z"),
        Part("coat", "M28 34 C28 16 38 10 49 10 C60 10 70 16 70 34 C72 52 62 60 49 60 C36 60 26 52 28 34 Z"),
        Part("shade", "M32 14 C22 14 16 26 19 42 C20 48 26 50 29 44 C33 36 33 22 32 14 Z"),
        Part("shade", "M66 14 C76 14 82 26 79 42 C78 48 72 50 69 44 C65 36 65 22 66 14 Z"),
        Part("cream", "M49 16 C45 22 45 32 40 40 C36 48 40 58 49 58 C58 58 62 48 58 40 C53 32 53 22 49 16 Z"),
        Part("ink", "O49 43 4.8 3.4 O39 32 2.6 3 O59 32 2.6 3"),
        Part("rose", "M46 51 C46 56 47 59 49 59 C51 59 52 56 52 51 Z"),
        Part("white", "O39.8 30.8 0.9 0.9 O59.8 30.8 0.9 0.9"),
    ),
)

RABBIT = Figure(
    name="rabbit",
    words="rabbit bunny hare",
    habitat=Habitat.GROUND,
    homes=_TAME,
    tall=0.3,
    coat=(214, 202, 192),
    parts=(
        Part("white", "O74 88 8 8"),
        Part("coat", "M26 100 C22 82 32 64 40 58 L60 58 C70 66 80 84 74 100 Z"),
        Part("cream", "M40 66 C36 78 42 92 50 96 C58 92 64 78 60 66 Z"),
        Part("tint", "O35 97 9 5 O64 97 9 5"),
        Part("coat", "M40 38 C30 26 28 6 34 0 C42 2 47 22 47 38 Z M58 38 C68 26 70 6 64 0 C56 2 52 22 52 38 Z"),
        Part("rose", "M41 33 C35 24 33 10 36 6 C41 9 44 22 44.5 33 Z M57 33 C63 24 65 10 62 6 C57 9 54.5 22 54 33 Z"),
        Part("coat", "O49.5 48 20 17"),
        Part("ink", "O41 46 2.5 3.2 O58 46 2.5 3.2"),
        Part("white", "O41.9 44.8 0.9 1 O58.9 44.8 0.9 1 O46 55 4.4 3.8 O53 55 4.4 3.8"),
        Part("rose", "M47 51 L52 51 L49.5 54 Z"),
    ),
)

BEAR = Figure(
    name="bear",
    words="bear teddy panda grizzly",
    habitat=Habitat.GROUND,
    homes=_WILD,
    tall=0.38,
    coat=(126, 84, 60),
    parts=(
        Part("coat", "M20 100 C14 76 26 54 38 48 L62 48 C74 54 86 76 80 100 Z"),
        Part("tint", "M38 62 C30 76 34 96 50 100 C66 96 70 76 62 62 Z"),
        Part(
            "shade",
            "M24 58 C14 70 16 86 24 88 C32 88 34 72 34 60 Z M76 58 C86 70 84 86 76 88 C68 88 66 72 66 60 Z",
        ),
        Part("coat", "O31 18 9 9 O69 18 9 9"),
        Part("tint", "O31.5 19 5 5 O68.5 19 5 5"),
        Part("coat", "O50 34 27 23"),
        Part("cream", "O50 43 12 9.5"),
        Part("ink", "O50 38.5 4.6 3.2 O39 31 2.5 2.8 O61 31 2.5 2.8"),
        Part("white", "O39.8 30 0.8 0.8 O61.8 30 0.8 0.8"),
    ),
)

OWL = Figure(
    name="owl",
    words="owl",
    habitat=Habitat.GROUND,
    homes=(Scene.FOREST,),
    tall=0.3,
    coat=(136, 102, 84),
    parts=(
        Part("dark", "M34 96 L34 100 L48 100 L46 94 Z M66 96 L66 100 L52 100 L54 94 Z"),
        Part(
            "coat",
            "M50 98 C24 98 18 72 22 48 C24 34 22 18 24 6 C34 14 42 16 50 16 C58 16 66 14 76 6 C78 18 76 34 78 48 C82 72 "
            "76 98 50 98 Z",
        ),
        Part("cream", "M50 94 C36 92 32 74 36 56 L64 56 C68 74 64 92 50 94 Z"),
        Part(
            "coat",
            "M40 64 Q44 70 48 64 Z M52 64 Q56 70 60 64 Z M46 73 Q50 79 54 73 Z M40 82 Q44 88 48 82 Z M52 82 Q56 88 60 82 Z",
        ),
        Part(
            "shade",
            "M22 46 C14 62 18 84 32 90 C34 76 32 58 26 48 Z M78 46 C86 62 82 84 68 90 C66 76 68 58 74 48 Z",
        ),
        Part("tint", "O37 36 14.5 14.5 O63 36 14.5 14.5"),
        Part("lamp", "O38 36 9 9 O62 36 9 9"),
        Part("ink", "O39 36 4.8 4.8 O61 36 4.8 4.8"),
        Part("white", "O40.6 34.2 1.5 1.5 O62.6 34.2 1.5 1.5"),
        Part("accent", "M46 42 L54 42 L50 52 Z"),
    ),
)

PENGUIN = Figure(
    name="penguin",
    words="penguin",
    habitat=Habitat.GROUND,
    homes=(Scene.MOUNTAINS, Scene.SEA),
    tall=0.3,
    coat=(46, 54, 78),
    parts=(
        Part("lamp", "M32 96 C36 92 44 92 47 97 L47 100 L30 100 Z M68 96 C64 92 56 92 53 97 L53 100 L70 100 Z"),
        Part(
            "coat",
            "M50 98 C26 98 24 78 26 58 C27 46 30 40 31 28 C32 12 40 4 50 4 C60 4 68 12 69 28 C70 40 73 46 74 58 C76 78 "
            "74 98 50 98 Z",
        ),
        Part("coat", "M28 46 C18 54 14 68 16 80 C24 76 30 66 31 56 Z M72 46 C82 54 86 68 84 80 C76 76 70 66 69 56 Z"),
        Part(
            "white",
            "M50 94 C34 94 32 74 34 58 C35 48 40 44 38 34 C36 24 44 20 50 28 C56 20 64 24 62 34 C60 44 65 48 66 58 C68 "
            "74 66 94 50 94 Z",
        ),
        Part("ink", "O44 29 2.2 2.6 O56 29 2.2 2.6"),
        Part("lamp", "M45 34 C48 32 52 32 55 34 L50 41 Z"),
        Part("accent", "M33 45 C44 51 56 51 67 45 L68 51 C56 57 44 57 32 51 Z M60 51 L68 50 L69 66 L61 66 Z"),
    ),
)

FIGURES: tuple[Figure, ...] = (FOX, CAT, DOG, RABBIT, BEAR, OWL, PENGUIN)
