/* One program that is ffmpeg or ffprobe, by the name that it is started with. */
#include <string.h>

int ffmpeg_main(int argc, char **argv);
int ffprobe_main(int argc, char **argv);

int main(int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *name = argc > 0 ? (slash ? slash + 1 : argv[0]) : "";
    return strcmp(name, "ffprobe") == 0 ? ffprobe_main(argc, argv) : ffmpeg_main(argc, argv);
}
