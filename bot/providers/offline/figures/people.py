"""People, robots, plants and what stands on a table, drawn by hand."""

from bot.providers.offline.figures.figure import Figure, Habitat, Part
from bot.providers.offline.vocabulary import Scene

WANDERER = Figure(
    name="wanderer",
    words="person man woman girl boy child hiker traveler traveller wanderer wizard witch samurai monk hero portrait people "
    "explorer farmer fisherman lady warrior knight detective someone human dancer family mother father friend",
    habitat=Habitat.GROUND,
    homes=(Scene.MOUNTAINS, Scene.SEA, Scene.HILLS),
    tall=0.36,
    coat=(188, 66, 62),
    parts=(
        Part("ink", "M40 100 L42 66 L50 66 L50 100 Z M51 100 L51 66 L59 66 L62 100 Z"),
        Part("coat", "M50 22 C40 23 36 30 35 42 L28 84 C42 90 60 90 73 84 L65 42 C64 30 60 23 50 22 Z"),
        Part("shade", "M54 23 C60 25 64 32 65 42 L73 84 C68 86.4 63 87.6 58 88 C60 66 60 42 54 23 Z"),
        Part(
            "accent",
            "M38 25 C45 29 55 29 62 25 L63 31 C55 35 45 35 37 31 Z M58 30 L64 29 C70 36 76 40 84 40 C76 46 66 44 60 36 Z",
        ),
        Part("skin", "O50 14 9 10"),
        Part("dark", "M40.4 16 C38 4 46 -1 52 1 C60 2 62 10 59.6 20 C58 24 52 25 47 24 C43 23 41 20 40.4 16 Z"),
    ),
)

ASTRONAUT = Figure(
    name="astronaut",
    words="astronaut cosmonaut spaceman",
    habitat=Habitat.GROUND,
    homes=(Scene.SPACE,),
    tall=0.38,
    coat=(238, 240, 246),
    parts=(
        Part(
            "shade",
            "M22 38 C20 34 24 30 30 30 L70 30 C76 30 80 34 78 38 L80 66 C80 70 76 72 72 72 L28 72 C24 72 20 70 20 66 Z",
        ),
        Part(
            "coat",
            "M32 68 L48 68 L48 96 C48 100 46 100 42 100 L28 100 C26 94 30 92 34 92 Z M52 68 L68 68 L66 92 C70 92 74 94 "
            "72 100 L58 100 C54 100 52 100 52 96 Z",
        ),
        Part(
            "coat",
            "M32 40 C22 42 16 54 12 64 C10 70 18 74 22 68 C26 60 30 56 36 54 Z M68 40 C78 42 84 34 90 24 C94 18 102 24 "
            "98 30 C92 44 82 56 66 56 Z",
        ),
        Part("coat", "M30 40 C30 34 70 34 70 40 L70 68 C70 76 30 76 30 68 Z"),
        Part("stone", "M40 50 L60 50 L60 62 L40 62 Z"),
        Part("accent", "O44.5 54 2.2 2.2"),
        Part("lamp", "O51 54 2.2 2.2"),
        Part("glass", "M53 57.6 L58 57.6 L58 59.8 L42 59.8 L42 57.6 Z"),
        Part("coat", "O50 21 23 21"),
        Part("ink", "M33 20 C33 10 67 10 67 20 C67 34 60 36 50 36 C40 36 33 34 33 20 Z"),
        Part("glass", "M36 19 C38 12 50 11 56 12.6 C46 14 39 20 38.4 27 C36.6 25 36 22 36 19 Z"),
    ),
)

ROBOT = Figure(
    name="robot",
    words="robot android machine cyborg droid mech",
    habitat=Habitat.GROUND,
    homes=(Scene.CITY, Scene.HILLS),
    tall=0.36,
    coat=(112, 168, 186),
    parts=(
        Part("dark", "M36 78 L45 78 L45 94 L36 94 Z M55 78 L64 78 L64 94 L55 94 Z M49 2 L51 2 L51 12 L49 12 Z"),
        Part("shade", "M30 100 C30 92 47 92 47 100 Z M53 100 C53 92 70 92 70 100 Z"),
        Part("accent", "O50 1 3.4 3.4"),
        Part(
            "shade",
            "M28 50 C16 50 14 62 14 72 C14 80 24 80 24 72 C24 64 26 60 30 60 Z M72 50 C84 50 88 42 90 32 C90 24 80 24 "
            "80 32 C79 38 76 42 70 44 Z",
        ),
        Part(
            "coat",
            "M30 46 L70 46 C74 46 75 48 75 52 L72 78 C72 82 70 83 66 83 L34 83 C30 83 28 82 28 78 L25 52 C25 48 26 46 30 46 Z",
        ),
        Part(
            "coat",
            "M26 12 L74 12 C79 12 80 14 80 18 L80 37 C80 42 78 43 74 43 L26 43 C22 43 20 42 20 37 L20 18 C20 14 21 12 26 12 Z",
        ),
        Part(
            "ink",
            "M28 18 L72 18 C74 18 75 19 75 21 L75 34 C75 36 74 37 72 37 L28 37 C26 37 25 36 25 34 L25 21 C25 19 26 18 28 18 Z",
        ),
        Part("lamp", "O38 27 5 5.4 O62 27 5 5.4"),
        Part("tint", "M35 54 L65 54 L64 70 L36 70 Z"),
        Part("accent", "O43 62 3 3"),
        Part("lamp", "O50.5 62 3 3"),
        Part("glass", "O58 62 3 3"),
    ),
)

CACTUS = Figure(
    name="cactus",
    words="cactus succulent",
    habitat=Habitat.GROUND,
    homes=(Scene.DESERT,),
    tall=0.36,
    coat=(76, 134, 92),
    parts=(
        Part("coat", "M40 100 L40 18 C40 0 60 0 60 18 L60 100 Z"),
        Part("coat", "M42 66 L30 66 C16 66 14 56 14 46 L14 38 C14 28 28 28 28 38 L28 46 C28 50 30 52 34 52 L42 52 Z"),
        Part("coat", "M58 56 L70 56 C84 56 86 46 86 36 L86 26 C86 16 72 16 72 26 L72 36 C72 40 70 42 66 42 L58 42 Z"),
        Part(
            "shade",
            "M53 100 L53 6 C58 8 60 12 60 18 L60 100 Z M80 18 C84 19 86 22 86 26 L86 36 C86 42 85 48 80 52 Z",
        ),
        Part("rose", "O50 3 5 4.4 O21 30 3.6 3.2 O79 18.6 3.6 3.2"),
    ),
)

PALM = Figure(
    name="palm",
    words="palm tropical hawaii caribbean coconut island oasis beach",
    habitat=Habitat.GROUND,
    homes=(Scene.SEA, Scene.DESERT),
    tall=0.5,
    coat=(48, 120, 92),
    parts=(
        Part("wood", "M44 100 C46 74 52 52 62 30 L67 32 C59 54 55 76 56 100 Z"),
        Part(
            "shade",
            "M64 32 C48 24 30 28 20 46 C34 38 48 36 64 34 Z M64 32 C82 28 98 38 104 56 C92 44 80 38 64 35 Z",
        ),
        Part("coat", "M64 32 C50 12 30 8 12 18 C32 18 48 24 63 34 Z M64 32 C70 12 90 4 108 12 C92 16 80 24 66 34 Z"),
        Part("tint", "M64 32 C58 14 48 4 34 0 C46 10 54 20 62 33 Z M65 32 C68 16 76 6 88 -2 C80 10 74 20 67 33 Z"),
        Part("coat", "M64 32 C54 36 46 48 46 64 C52 52 58 42 66 36 Z M66 32 C74 38 82 50 82 66 C76 54 70 44 64 36 Z"),
        Part("wood", "O62 36 3 3 O68 37 3 3"),
    ),
)

MUSHROOM = Figure(
    name="mushroom",
    words="mushroom toadstool fungus",
    habitat=Habitat.GROUND,
    homes=(Scene.FOREST,),
    tall=0.3,
    coat=(214, 66, 60),
    parts=(
        Part("cream", "M40 48 L60 48 C60 70 62 88 66 100 L34 100 C38 88 40 70 40 48 Z"),
        Part("gloom", "M54 48 L60 48 C60 70 62 88 66 100 L54 100 Z"),
        Part("sand", "M10 52 C24 62 76 62 90 52 C80 46 20 46 10 52 Z"),
        Part("coat", "M8 52 C6 22 28 4 50 4 C72 4 94 22 92 52 C78 44 22 44 8 52 Z"),
        Part("white", "O38 22 7 6 O62 16 5 4 O66 34 7.4 6 O26 40 5 4.4 O48 39 4.4 3.6 O84 42 4 4"),
    ),
)

TREE = Figure(
    name="tree",
    words="tree oak bonsai willow blossom sakura baobab",
    habitat=Habitat.LANDMARK,
    homes=(Scene.HILLS, Scene.MEADOW),
    tall=0.46,
    coat=(96, 152, 92),
    is_leafy=True,
    parts=(
        Part(
            "wood",
            "M40 100 C46 84 46 72 42 58 C36 52 30 48 26 42 L29 40 C36 46 42 48 47 52 L48 36 L53 36 L54 50 C60 46 66 42 "
            "72 36 L75 39 C70 46 62 52 58 58 C54 72 54 84 62 100 Z",
        ),
        Part("shade", "O20 44 20 15 O80 42 20 15 O50 34 30 20"),
        Part("coat", "O26 32 22 17 O74 30 21 17 O50 16 26 18 O50 34 22 14"),
        Part("tint", "O22 26 11 8 O46 9 13 8 O70 22 11 8 O50 28 8 5"),
        Part("tint", "O16 70 1.4 1 O34 78 1.4 1 O66 72 1.4 1 O82 80 1.4 1 O72 90 1.4 1 O24 92 1.4 1"),
    ),
)

CUP = Figure(
    name="cup",
    words="coffee tea cup mug espresso cappuccino latte cocoa breakfast cafe café",
    habitat=Habitat.TABLE,
    homes=(Scene.TABLE,),
    tall=0.27,
    coat=(232, 108, 84),
    parts=(
        Part("steam", "M34 34 C24 22 42 14 34 0 C50 12 32 20 42 34 Z M56 34 C46 22 64 14 56 -2 C72 12 54 20 64 34 Z"),
        Part("gloom", "O50 97 52 5"),
        Part("cream", "O50 95 50 5"),
        Part("shade", "M80 48 C104 44 106 76 78 78 L79 71 C94 70 92 54 80 56 Z"),
        Part("coat", "M14 40 C14 66 20 92 38 94 L60 94 C78 92 84 66 84 40 Z"),
        Part("tint", "M20 42 C20 62 24 82 34 90 C28 82 25 62 26 42 Z"),
        Part("cream", "O49 40 35 7"),
        Part("dark", "O49 41 30.6 5"),
    ),
)

BOOK = Figure(
    name="book",
    words="book library reading story novel poem poetry study school",
    habitat=Habitat.TABLE,
    homes=(Scene.TABLE,),
    tall=0.2,
    coat=(58, 108, 140),
    parts=(
        Part("coat", "M-10 78 L108 78 L108 100 L-10 100 C-16 96 -16 82 -10 78 Z"),
        Part("cream", "M-8 82 L108 82 L108 96 L-8 96 C-11 92 -11 86 -8 82 Z"),
        Part("accent", "M2 54 L98 54 L98 78 L2 78 C-4 74 -4 58 2 54 Z"),
        Part("cream", "M4 58 L98 58 L98 74 L4 74 C1 70 1 62 4 58 Z"),
        Part("leaf", "M-4 32 L88 32 L88 54 L-4 54 C-10 50 -10 36 -4 32 Z"),
        Part("cream", "M-2 36 L88 36 L88 50 L-2 50 C-5 46 -5 40 -2 36 Z"),
    ),
)

VASE = Figure(
    name="vase",
    words="vase bouquet orchid",
    habitat=Habitat.TABLE,
    homes=(Scene.TABLE, Scene.MEADOW),
    tall=0.44,
    coat=(236, 110, 96),
    parts=(
        Part("leaf", "M48 66 L35 26 L37 25 L51 66 Z M49 66 L49 14 L51 14 L51.6 66 Z M50 66 L66 28 L68 29 L53 66 Z"),
        Part("leaf", "M44 56 C30 52 24 42 22 34 C34 38 42 46 46 56 Z M54 56 C68 54 76 46 80 38 C68 40 58 46 53 54 Z"),
        Part("coat", "M26 14 C30 18 32 12 35 10 C38 12 41 18 45 14 C46 24 42 31 35 31 C29 31 25 24 26 14 Z"),
        Part("accent", "M40 0 C44 4 47 -2 50 -4 C53 -2 56 4 60 0 C61 12 57 19 50 19 C43 19 39 12 40 0 Z"),
        Part("tint", "M58 18 C62 22 65 16 68 14 C71 16 74 22 78 18 C79 29 74 35 68 35 C61 35 57 29 58 18 Z"),
        Part(
            "cream",
            "M42 60 L58 60 C57 68 68 74 68 86 C68 96 60 100 50 100 C40 100 32 96 32 86 C32 74 43 68 42 60 Z",
        ),
        Part("gloom", "M53 60 L58 60 C57 68 68 74 68 86 C68 96 60 100 52 100 C60 90 58 72 53 60 Z"),
    ),
)

FRUIT = Figure(
    name="fruit",
    words="fruit apple pear peach food dinner lunch",
    habitat=Habitat.TABLE,
    homes=(Scene.TABLE,),
    tall=0.2,
    coat=(216, 66, 58),
    parts=(
        Part("wood", "M49 26 C48 16 52 8 58 4 L60 7 C55 12 53 18 53 26 Z"),
        Part("leaf", "M55 16 C62 4 76 4 82 10 C76 20 64 22 55 16 Z"),
        Part(
            "coat",
            "M51 28 C62 18 92 20 90 54 C88 84 70 100 60 100 C56 100 54 98 51 98 C48 98 46 100 42 100 C32 100 14 84 12 "
            "54 C10 20 40 18 51 28 Z",
        ),
        Part("tint", "M22 42 C24 32 32 28 38 30 C30 36 27 46 27 58 C23 54 21 48 22 42 Z"),
    ),
)

CAKE = Figure(
    name="cake",
    words="cake birthday pastry dessert cupcake party celebration",
    habitat=Habitat.TABLE,
    homes=(Scene.TABLE,),
    tall=0.32,
    coat=(240, 152, 170),
    parts=(
        Part(
            "lamp",
            "M34 8 C30 2 34 -4 36 -8 C38 -4 42 2 38 8 Z M49 4 C45 -2 49 -8 51 -12 C53 -8 57 -2 53 4 Z M64 8 C60 2 64 -4 "
            "66 -8 C68 -4 72 2 68 8 Z",
        ),
        Part("white", "M34 10 L38 10 L38 32 L34 32 Z M49 6 L53 6 L53 28 L49 28 Z M64 10 L68 10 L68 32 L64 32 Z"),
        Part("cream", "M22 34 L80 34 L80 66 L22 66 Z"),
        Part(
            "coat",
            "M20 34 C20 28 82 28 82 34 L82 44 C80 50 76 50 74 44 C72 54 66 54 64 45 C62 50 58 50 56 45 C54 56 47 56 45 "
            "45 C43 51 38 51 36 45 C34 54 28 54 26 45 C24 49 21 49 20 44 Z",
        ),
        Part("sand", "M10 62 L92 62 L92 94 L10 94 Z"),
        Part(
            "coat",
            "M8 62 C8 58 94 58 94 62 L94 70 C92 76 86 76 84 71 C82 80 75 80 73 71 C71 76 65 76 63 71 C61 82 53 82 51 71 "
            "C49 77 43 77 41 71 C39 80 32 80 30 71 C28 76 22 76 20 71 C18 78 10 78 8 70 Z",
        ),
        Part("stone", "O51 96 50 4"),
    ),
)

FIGURES: tuple[Figure, ...] = (
    WANDERER,
    ASTRONAUT,
    ROBOT,
    CACTUS,
    PALM,
    MUSHROOM,
    TREE,
    CUP,
    BOOK,
    VASE,
    FRUIT,
    CAKE,
)
