/* What libass draws text with that names a font which is not there, or lacks a letter: it knows the fonts of one folder, and
 * no configuration that would name another. The linker has ffmpeg call this function in place of libass's own
 * (`--wrap=ass_set_fonts`). */
#include <ass/ass.h>
#include <stddef.h>

void __real_ass_set_fonts(ASS_Renderer *renderer, const char *font, const char *family, int provider,
                          const char *configuration, int update);

void __wrap_ass_set_fonts(ASS_Renderer *renderer, const char *font, const char *family, int provider,
                          const char *configuration, int update)
{
    (void)provider;
    __real_ass_set_fonts(renderer, font, family != NULL ? family : FONT_FAMILY, ASS_FONTPROVIDER_NONE, configuration,
                         update);
}
