"""More animals: those seen from the side, in water and in the air."""

from bot.providers.offline.figures.figure import Figure, Habitat, Part
from bot.providers.offline.vocabulary import Scene

WHALE = Figure(
    name="whale",
    words="whale orca humpback",
    habitat=Habitat.WATER,
    homes=(Scene.SEA, Scene.DEEP),
    tall=0.26,
    coat=(70, 106, 150),
    parts=(
        Part("foam", "M36 30 C34 18 28 14 20 16 C26 8 35 12 38 22 C40 12 50 8 56 16 C48 14 42 18 40 30 Z"),
        Part(
            "coat",
            "M-8 66 C-8 42 20 30 50 36 C80 42 96 66 112 58 C118 54 120 46 118 36 C126 40 132 38 140 30 C142 46 134 60 "
            "124 64 C112 90 86 118 44 118 C10 118 -8 96 -8 66 Z",
        ),
        Part("cream", "M-8 70 C4 86 32 94 62 98 C56 112 50 117 40 118 C10 117 -7 96 -8 70 Z"),
        Part("shade", "M50 76 C58 84 66 98 64 112 C80 104 72 82 50 76 Z"),
        Part("ink", "O22 66 2.4 2.8"),
    ),
)

FISH = Figure(
    name="fish",
    words="fish goldfish koi clownfish salmon trout",
    habitat=Habitat.WATER,
    homes=(Scene.DEEP,),
    tall=0.16,
    coat=(240, 140, 60),
    parts=(
        Part("shade", "M44 22 C56 2 76 6 86 16 C76 20 70 26 66 32 Z M50 78 C58 92 70 96 80 92 C72 84 68 78 64 72 Z"),
        Part("coat", "M96 50 C108 30 124 22 140 20 C130 40 130 60 140 80 C124 78 108 70 96 50 Z"),
        Part("coat", "M-10 52 C4 22 40 10 70 26 C90 36 100 46 106 50 C98 58 84 74 62 80 C36 86 4 78 -10 52 Z"),
        Part("cream", "M26 21 C36 38 36 64 24 79 C32 82 38 82.6 44 82.4 C56 66 56 36 44 17.8 C38 18 32 19 26 21 Z"),
        Part("cream", "M70 26 C76 40 76 64 68 77.6 L75 73.5 C83 62 83 42 78 31 Z"),
        Part("white", "O9 45 5.6 6"),
        Part("ink", "O8 45 3 3.4"),
    ),
)

DEER = Figure(
    name="deer",
    words="deer stag reindeer elk moose antelope",
    habitat=Habitat.GROUND,
    homes=(Scene.FOREST, Scene.MOUNTAINS, Scene.HILLS),
    tall=0.42,
    coat=(156, 98, 62),
    parts=(
        Part(
            "dark",
            "M25 27 C16 22 8 14 8 0 L10 0 C11 6 12 10 15 14 C16 9 16 5 19 -2 L20.6 -1.4 C19.4 6 19 12 19 17 C21 19 22 "
            "20 23 21 C24 16 24 13 27 9 L28.4 10 C26.4 15 26.4 20 28.6 26 Z",
        ),
        Part(
            "dark",
            "M29 26 C40 24 47 16 49 4 L47 3.6 C45 9 43 13 40 16 C40 11 40 7 39 1 L37.4 1.2 C37.6 8 37 13 36 18.6 C34.6 "
            "20 33.6 20.6 32.4 21 C32.6 17 32 14 31 11 L29.6 11.6 C30.4 17 29.6 21 28.6 26 Z",
        ),
        Part("shade", "M44 66 L42 100 L46 100 L50 70 Z M78 64 C82 76 80 84 80 100 L84 100 C85 86 87 76 85 62 Z"),
        Part(
            "coat",
            "M18 36 C16 32 22 26 28 25 C33 25 35 28 36 34 C38 42 42 47 52 48 C64 48 76 45 84 49 C90 53 90 62 87 70 C86 "
            "78 89 86 88 100 L84 100 C82 90 78 82 76 73 C66 77 56 76 49 72 C46 80 43 88 42 100 L38 100 C37 86 38 74 36 "
            "66 C32 58 30 50 28 43 C24 43 19 40 18 36 Z",
        ),
        Part("coat", "M33 29 C38 24 42 24 45 26 C43 30 38 33 34 33 Z"),
        Part("cream", "M30 46 C31 56 36 66 42 70 C41 60 38 50 34 46 Z M87 50 C92 52 91 58 89 60 Z"),
        Part("ink", "O27 31 1.3 1.5 O18.6 36 1.6 1.5"),
    ),
)

WOLF = Figure(
    name="wolf",
    words="wolf coyote werewolf",
    habitat=Habitat.GROUND,
    homes=(Scene.MOUNTAINS, Scene.FOREST),
    tall=0.36,
    coat=(96, 104, 124),
    parts=(
        Part("shade", "M66 90 C82 96 96 92 100 78 C102 72 100 66 96 62 C94 74 84 80 68 78 Z"),
        Part(
            "coat",
            "M34 2 C37 -2 40 0 40 6 L43 14 C50 16 56 22 58 32 C64 46 74 58 74 78 C75 88 74 94 74 100 L58 100 C60 94 58 "
            "90 52 88 L50 100 L38 100 C40 86 36 74 36 60 C35 50 37 44 36 38 C32 36 28 32 27 26 C27 20 31 10 34 2 Z",
        ),
        Part("tint", "M36 38 C35 44 36 52 36 60 C36 70 39 80 39.6 90 C46 78 48 58 44 44 C42 40 39 38 36 38 Z"),
        Part("coat", "M43 14 C46 8 50 4 55 2 C56 10 55 18 51 24 Z"),
        Part("ink", "O34.4 2.4 1.9 1.7"),
        Part("ink", "M40 16 Q43 15 44 18 Q41 17 40 16 Z"),
    ),
)

ELEPHANT = Figure(
    name="elephant",
    words="elephant mammoth",
    habitat=Habitat.GROUND,
    homes=(Scene.DESERT, Scene.HILLS),
    tall=0.42,
    coat=(132, 138, 154),
    parts=(
        Part(
            "shade",
            "M112 44 C120 52 120 64 116 74 C119 66 116 56 110 50 Z M40 70 L42 100 L54 100 L54 70 Z M86 70 L88 100 L100 "
            "100 L98 66 Z",
        ),
        Part(
            "coat",
            "M24 34 C28 20 42 14 54 20 C70 12 100 14 110 36 C118 56 112 70 112 100 L98 100 C98 88 96 80 90 76 C80 79 70 "
            "79 64 76 C62 84 62 92 62 100 L46 100 C46 88 44 76 38 68 C30 66 24 62 20 58 C16 68 16 80 10 88 C6 92 -2 92 "
            "-6 86 C-2 86 2 86 4 82 C8 72 6 58 10 48 C13 41 18 38 24 34 Z",
        ),
        Part("tint", "M44 24 C58 18 70 28 70 44 C70 58 60 66 50 64 C42 58 38 36 44 24 Z"),
        Part("cream", "M18 58 C16 66 10 72 2 72 C10 76 22 72 26 62 Z"),
        Part("ink", "O28 41 1.7 2"),
    ),
)

HORSE = Figure(
    name="horse",
    words="horse pony unicorn stallion mare",
    habitat=Habitat.GROUND,
    homes=(Scene.HILLS, Scene.MEADOW),
    tall=0.42,
    coat=(138, 84, 58),
    parts=(
        Part("dark", "M92 46 C102 48 106 60 104 76 C104 82 108 86 110 88 C100 90 94 80 95 68 C95 60 93 56 90 54 Z"),
        Part("shade", "M46 66 L47 100 L52 100 L54 68 Z M82 66 C84 76 80 86 81 100 L86 100 C88 86 90 76 90 62 Z"),
        Part(
            "coat",
            "M8 32 C8 28 12 24 17 19 C20 13 24 8 30 6 L31 0 L35 5 C42 8 46 16 49 26 C52 34 56 40 64 41 C74 41 86 38 93 "
            "45 C99 53 97 64 94 72 C92 82 97 88 96 100 L90 100 C88 90 84 82 82 72 C72 76 60 75 53 71 C50 80 47 88 46 "
            "100 L40 100 C40 84 40 72 37 62 C33 52 32 42 31 33 C27 33 22 34 18 37 C14 40 8 38 8 32 Z",
        ),
        Part("dark", "M31 2 C42 6 49 14 52 26 C54 34 58 38 62 41 C54 42 48 38 45 30 C42 20 38 12 30 8 Z"),
        Part("ink", "O22 20 1.5 1.7 O11 32 1.2 1.2"),
    ),
)

BUTTERFLY = Figure(
    name="butterfly",
    words="butterfly moth",
    habitat=Habitat.SKY,
    homes=(Scene.MEADOW,),
    tall=0.3,
    coat=(240, 132, 70),
    parts=(
        Part(
            "coat",
            "M50 48 C40 10 6 -6 -4 12 C-10 32 18 56 50 54 Z M50 48 C60 10 94 -6 104 12 C110 32 82 56 50 54 Z",
        ),
        Part(
            "shade",
            "M50 54 C30 54 10 64 14 84 C20 100 44 92 50 60 Z M50 54 C70 54 90 64 86 84 C80 100 56 92 50 60 Z",
        ),
        Part("tint", "M42 44 C32 20 10 10 4 18 C2 30 22 46 42 48 Z M58 44 C68 20 90 10 96 18 C98 30 78 46 58 48 Z"),
        Part("white", "O2 10 2.6 2.6 O98 10 2.6 2.6 O22 84 3 3 O78 84 3 3 O-2 24 2 2 O102 24 2 2"),
        Part("ink", "M48 34 C46 50 47 72 50 84 C53 72 54 50 52 34 Z O50 32 3.4 3.8"),
        Part(
            "ink",
            "M49 30 C46 18 40 12 34 10 C41 11 48 18 50.4 29 Z M51 30 C54 18 60 12 66 10 C59 11 52 18 49.6 29 Z",
        ),
    ),
)

DRAGON = Figure(
    name="dragon",
    words="dragon wyvern",
    habitat=Habitat.SKY,
    homes=(Scene.MOUNTAINS,),
    tall=0.42,
    coat=(70, 118, 104),
    parts=(
        Part(
            "shade",
            "M62 50 C70 30 88 12 118 4 C112 14 112 20 114 28 C106 26 102 30 102 38 C94 36 90 40 90 48 C82 46 76 50 72 58 Z",
        ),
        Part(
            "coat",
            "M-8 30 C-4 22 6 18 14 20 L22 12 L22 20 L32 16 L28 24 C36 32 40 42 52 46 C66 48 78 58 84 70 C90 82 104 86 "
            "122 78 L120 72 L134 74 L126 86 L124 82 C106 96 86 94 74 82 C68 90 60 94 52 98 C54 92 56 86 56 80 C44 78 34 "
            "70 28 58 C24 50 22 42 16 38 C10 38 2 40 -6 38 C-4 36 0 35 2 34 C-2 34 -6 33 -8 30 Z",
        ),
        Part("cream", "M18 40 C24 44 28 52 34 60 C42 70 52 76 66 76 C58 80 44 78 34 68 C26 60 24 48 18 40 Z"),
        Part(
            "tint",
            "M46 52 C40 30 26 8 -2 -4 C20 -6 34 0 44 6 C46 0 52 -6 58 -8 C58 2 60 8 66 14 C72 12 78 12 82 14 C74 22 70 "
            "32 72 42 C72 50 68 56 62 58 Z",
        ),
        Part(
            "shade",
            "M48 50 C44 34 40 18 43 6 L46 7 C44 22 48 36 52 50 Z M56 52 C60 40 60 26 65 14 L67.5 14.6 C64 28 64 42 60 53 Z",
        ),
        Part("lamp", "O12 26 2 2.2"),
    ),
)

BIRD = Figure(
    name="bird",
    words="bird eagle hawk crow raven swallow dove seagull gull parrot robin hummingbird phoenix crane heron flamingo",
    habitat=Habitat.SKY,
    homes=(Scene.HILLS, Scene.SEA, Scene.MOUNTAINS),
    tall=0.24,
    coat=(72, 92, 140),
    parts=(
        Part(
            "shade",
            "M58 52 C74 30 96 16 124 14 C112 22 108 28 106 34 C100 34 98 38 96 44 C90 44 86 48 82 54 C76 60 68 62 62 60 Z",
        ),
        Part("coat", "M84 62 C100 60 114 66 126 76 C114 76 108 78 102 84 C96 76 90 72 82 70 Z"),
        Part(
            "coat",
            "M-6 46 C2 44 4 40 12 38 C22 36 30 42 40 46 C56 50 74 54 90 64 C78 72 60 76 44 70 C30 66 20 58 14 52 C8 50 "
            "2 48 -6 46 Z",
        ),
        Part("cream", "M12 51 C24 52 40 60 60 73 C40 76 22 64 12 51 Z"),
        Part(
            "tint",
            "M46 52 C44 32 30 14 8 2 C32 4 44 10 52 16 C58 18 62 22 64 28 C70 32 72 38 72 44 C74 52 70 60 62 62 C54 62 "
            "48 58 46 52 Z",
        ),
        Part("ink", "O13 43.5 1.8 1.8"),
    ),
)

FIGURES: tuple[Figure, ...] = (WHALE, FISH, DEER, WOLF, ELEPHANT, HORSE, BUTTERFLY, DRAGON, BIRD)
