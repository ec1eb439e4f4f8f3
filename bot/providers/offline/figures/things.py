"""Buildings, vessels and other things, drawn by hand."""

from bot.providers.offline.figures.figure import Figure, Habitat, Part
from bot.providers.offline.vocabulary import Scene

LIGHTHOUSE = Figure(
    name="lighthouse",
    words="lighthouse beacon",
    habitat=Habitat.LANDMARK,
    homes=(Scene.SEA,),
    tall=0.46,
    coat=(214, 66, 58),
    beam=(50, 20),
    parts=(
        Part("roof", "M60 100 L60 88 L71 80 L82 88 L82 100 Z"),
        Part("cream", "M62 100 L62 89 L80 89 L80 100 Z"),
        Part("lamp", "M68 93 L74 93 L74 99 L68 99 Z"),
        Part("cream", "M42.5 28 L57.5 28 L62 100 L38 100 Z"),
        Part("coat", "M41.6 42 L58.4 42 L59.4 58 L40.6 58 Z M39.7 72 L60.3 72 L61.3 88 L38.7 88 Z"),
        Part("gloom", "M52 28 L57.5 28 L62 100 L52 100 Z"),
        Part("lamp", "M48 48 L51.5 48 L51.5 54 L48 54 Z M48 64 L51.5 64 L51.5 70 L48 70 Z"),
        Part("ink", "M38.5 26 L61.5 26 L60 29.5 L40 29.5 Z"),
        Part("lamp", "M44 14 L56 14 L56 26 L44 26 Z"),
        Part(
            "ink",
            "M44 14 L45.4 14 L45.4 26 L44 26 Z M49.3 14 L50.7 14 L50.7 26 L49.3 26 Z M54.6 14 L56 14 L56 26 L54.6 26 Z",
        ),
        Part("coat", "M41.5 14 C43 8 46 5 50 3 C54 5 57 8 58.5 14 Z"),
        Part("ink", "M49.5 4 L49.5 -2 L50.5 -2 L50.5 4 Z"),
    ),
)

HOUSE = Figure(
    name="house",
    words="house cottage cabin hut home barn farm farmhouse inn village",
    habitat=Habitat.LANDMARK,
    homes=(Scene.HILLS, Scene.FOREST, Scene.MEADOW),
    tall=0.22,
    coat=(186, 84, 66),
    parts=(
        Part("ink", "M76 34 L76 -2 L87 -2 L87 44 Z"),
        Part("cream", "M8 100 L8 52 L36 16 L64 52 L64 100 Z"),
        Part("sand", "M64 100 L64 52 L112 52 L112 100 Z"),
        Part("coat", "M36 10 L100 10 L122 54 L66 54 Z"),
        Part("shade", "M36 10 L70 54 L62 56 L36 22 L10 56 L2 54 Z"),
        Part("wood", "M28 100 L28 68 L44 68 L44 100 Z"),
        Part("lamp", "M30 38 L42 38 L42 52 L30 52 Z M74 66 L86 66 L86 82 L74 82 Z M94 66 L106 66 L106 82 L94 82 Z"),
        Part(
            "ink",
            "M35.4 38 L36.6 38 L36.6 52 L35.4 52 Z M79.4 66 L80.6 66 L80.6 82 L79.4 82 Z M99.4 66 L100.6 66 L100.6 82 L99.4 82 Z",
        ),
    ),
)

CASTLE = Figure(
    name="castle",
    words="castle palace fortress kingdom temple cathedral knight king queen princess",
    habitat=Habitat.LANDMARK,
    homes=(Scene.MOUNTAINS, Scene.HILLS),
    tall=0.42,
    coat=(98, 78, 140),
    parts=(
        Part("stone", "M40 100 L40 26 L60 26 L60 100 Z"),
        Part("coat", "M37 26 L50 -4 L63 26 Z"),
        Part("sand", "M12 100 L12 44 L28 44 L28 100 Z M72 100 L72 44 L88 44 L88 100 Z"),
        Part("coat", "M9 44 L20 16 L31 44 Z M69 44 L80 16 L91 44 Z"),
        Part("stone", "M-8 100 L-8 60 L6 60 L6 100 Z M94 100 L94 60 L108 60 L108 100 Z"),
        Part("coat", "M-11 60 L-1 38 L9 60 Z M91 60 L101 38 L111 60 Z"),
        Part(
            "cream",
            "M4 100 L4 68 L10 68 L10 73 L16 73 L16 68 L22 68 L22 73 L28 73 L28 68 L34 68 L34 62 L40 62 L40 67 L46 67 L46 62 "
            "L54 62 L54 67 L60 67 L60 62 L66 62 L66 68 L72 68 L72 73 L78 73 L78 68 L84 68 L84 73 L90 73 L90 68 L96 68 L96 100 Z",
        ),
        Part("ink", "M43 100 L43 86 C43 78 57 78 57 86 L57 100 Z"),
        Part(
            "lamp",
            "M47 36 C47 31 53 31 53 36 L53 44 L47 44 Z M18 52 L22 52 L22 60 L18 60 Z M78 52 L82 52 L82 60 L78 60 Z",
        ),
        Part("lamp", "M22 82 L26 82 L26 90 L22 90 Z M74 82 L78 82 L78 90 L74 90 Z"),
        Part("accent", "M50 -4 L50 -15 L62 -11 L50.8 -8 L50.8 -4 Z M20 16 L20 8 L29 11 L20.8 13.5 L20.8 16 Z"),
    ),
)

WINDMILL = Figure(
    name="windmill",
    words="windmill mill turbine netherlands holland",
    habitat=Habitat.LANDMARK,
    homes=(Scene.HILLS, Scene.MEADOW),
    tall=0.42,
    coat=(168, 92, 70),
    parts=(
        Part("cream", "M38 46 L62 46 L70 100 L30 100 Z"),
        Part("gloom", "M52 46 L62 46 L70 100 L52 100 Z"),
        Part("coat", "M36 46 C36 36 42 30 50 30 C58 30 64 36 64 46 Z"),
        Part("wood", "M45 100 L45 86 C45 80 55 80 55 86 L55 100 Z"),
        Part("lamp", "M46 60 L54 60 L54 69 L46 69 Z"),
        Part(
            "sand",
            "M52 38 L84 8 L92 16 L56 42 Z M46 38 L16 6 L8 14 L44 42 Z M46 44 L14 74 L22 82 L50 48 Z M54 44 L86 76 L78 "
            "84 L50 48 Z",
        ),
        Part(
            "ink",
            "M49 40 L10 3 L8 5 L47 42 Z M51 40 L90 3 L92 5 L53 42 Z M49 44 L10 81 L8 79 L47 42 Z M51 44 L90 81 L92 79 "
            "L53 42 Z O50 42 3.4 3.4",
        ),
    ),
)

TOWER = Figure(
    name="tower",
    words="eiffel paris",
    habitat=Habitat.LANDMARK,
    homes=(Scene.CITY,),
    tall=0.62,
    coat=(92, 78, 84),
    parts=(
        Part(
            "coat",
            "M49.2 -4 L50.8 -4 L52 12 C53 40 58 62 66 80 L72 100 L61 100 C59 88 55 84 50 84 C45 84 41 88 39 100 L28 100 "
            "L34 80 C42 62 47 40 48 12 Z",
        ),
        Part("shade", "M35 74 L65 74 L67 79 L33 79 Z M42 50 L58 50 L59 54 L41 54 Z M47 14 L53 14 L53 17 L47 17 Z"),
        Part("tint", "M45 57 L50 64 L55 57 L56 59 L51.5 65.5 L58 72 L55 72 L50 67 L45 72 L42 72 L48.5 65.5 L44 59 Z"),
        Part("lamp", "O50 -3 1.4 1.4"),
    ),
)

SAILBOAT = Figure(
    name="sailboat",
    words="boat sailboat ship yacht sail sailing ferry canoe vessel pirate viking regatta",
    habitat=Habitat.WATER,
    homes=(Scene.SEA,),
    tall=0.26,
    coat=(190, 72, 62),
    parts=(
        Part("wood", "M51 -2 L53.4 -2 L53.4 84 L51 84 Z"),
        Part("accent", "M53.4 -2 L66 3 L53.4 7 Z"),
        Part("white", "M49 6 C40 30 26 54 6 76 L49 76 Z"),
        Part("cream", "M55.6 14 C70 32 82 54 88 76 L55.6 76 Z"),
        Part("gloom", "M49 6 C46 30 42 54 36 76 L49 76 Z"),
        Part("coat", "M-4 82 L104 80 C98 96 88 108 74 108 L24 108 C10 106 0 96 -4 82 Z"),
        Part("white", "M-3 84 L102.6 82.4 L101 86 L-0.6 88 Z"),
    ),
)

ROCKET = Figure(
    name="rocket",
    words="rocket spaceship spacecraft shuttle missile launch",
    habitat=Habitat.SKY,
    homes=(Scene.SPACE,),
    tall=0.4,
    coat=(222, 76, 66),
    parts=(
        Part("lamp", "M38 84 C34 98 42 110 50 124 C58 110 66 98 62 84 Z"),
        Part("white", "M44 84 C42 94 46 100 50 108 C54 100 58 94 56 84 Z"),
        Part("coat", "M32 52 C18 60 14 76 16 94 C22 86 30 82 38 82 Z M68 52 C82 60 86 76 84 94 C78 86 70 82 62 82 Z"),
        Part("cream", "M50 -4 C66 10 74 36 66 84 L34 84 C26 36 34 10 50 -4 Z"),
        Part("gloom", "M50 -4 C66 10 74 36 66 84 L56 84 C64 40 62 16 50 -4 Z"),
        Part("coat", "M50 -4 C58 3 63 12 66 23 L34 23 C37 12 42 3 50 -4 Z M33.6 78 L66.6 78 L66 86 L34 86 Z"),
        Part("stone", "O50 42 11 11"),
        Part("glass", "O50 42 7.6 7.6"),
        Part("white", "O47 39 2.2 2.2"),
        Part("coat", "M47 62 L53 62 L54 94 L46 94 Z"),
    ),
)

BALLOON = Figure(
    name="balloon",
    words="balloon airship zeppelin",
    habitat=Habitat.SKY,
    homes=(Scene.HILLS, Scene.MOUNTAINS),
    tall=0.36,
    coat=(232, 94, 74),
    parts=(
        Part("ink", "M37 66 L46 88 L47 88 L38.4 66 Z M63 66 L54 88 L53 88 L61.6 66 Z"),
        Part("coat", "M50 0 C76 0 90 18 88 38 C86 54 72 62 64 72 L36 72 C28 62 14 54 12 38 C10 18 24 0 50 0 Z"),
        Part("cream", "M50 0 C30 2 24 22 27 40 C29 54 38 64 42 72 L36 72 C28 62 14 54 12 38 C10 18 24 0 50 0 Z"),
        Part("cream", "M50 0 C66 4 70 24 68 42 C66 56 59 64 56 72 L44 72 C41 64 34 56 32 42 C30 24 34 4 50 0 Z"),
        Part("coat", "M50 0 C58 6 60 24 59 42 C58 56 55 64 54 72 L46 72 C45 64 42 56 41 42 C40 24 42 6 50 0 Z"),
        Part("gloom", "M50 0 C76 0 90 18 88 38 C86 54 72 62 64 72 L58 72 C74 54 78 18 50 0 Z"),
        Part("wood", "M43 87 L57 87 L55.6 100 L44.4 100 Z"),
        Part("sand", "M42.4 86 L57.6 86 L57.3 89 L42.7 89 Z"),
    ),
)

TENT = Figure(
    name="tent",
    words="tent camp camping campfire campsite hiking hiker",
    habitat=Habitat.GROUND,
    homes=(Scene.MOUNTAINS, Scene.FOREST),
    tall=0.26,
    coat=(236, 130, 60),
    parts=(
        Part("coat", "M44 20 L92 30 L128 100 L-20 100 Z"),
        Part("shade", "M44 20 L92 30 L128 100 L88 100 Z"),
        Part("lamp", "M44 34 L64 100 L14 100 Z"),
        Part("wood", "M43 14 L45.5 14 L66 100 L62.6 100 Z"),
    ),
)

CAR = Figure(
    name="car",
    words="car automobile taxi truck van vehicle racing roadtrip",
    habitat=Habitat.GROUND,
    homes=(Scene.CITY, Scene.DESERT),
    tall=0.17,
    coat=(216, 72, 66),
    parts=(
        Part(
            "coat",
            "M-46 84 C-48 66 -40 58 -22 54 C-10 36 4 22 26 20 L76 20 C96 22 108 36 118 52 C136 54 146 62 146 84 Z",
        ),
        Part("glass", "M-4 52 C4 38 14 30 28 30 L44 30 L44 52 Z M52 30 L74 30 C86 32 96 42 102 52 L52 52 Z"),
        Part("tint", "M-45 66 L146 66 L146 69.5 L-46 69.5 Z"),
        Part("lamp", "O-40 70 5 5"),
        Part("accent", "O142 70 4 5"),
        Part("ink", "O-8 84 19 16 O110 84 19 16"),
        Part("stone", "O-8 84 9.4 8 O110 84 9.4 8"),
    ),
)

FIGURES: tuple[Figure, ...] = (LIGHTHOUSE, HOUSE, CASTLE, WINDMILL, TOWER, SAILBOAT, ROCKET, BALLOON, TENT, CAR)
