#!/usr/bin/env bash
# Compiles libass, which draws subtitles, and what it takes from FreeType and HarfBuzz, into the sysroot: a part of compile.sh.
# shellcheck disable=SC2154

# TrueType and OpenType, the only fonts that the engine hands over, and nothing that unpacks or draws: libass does that.
sed -i '/^[A-Z_]* += /d' "$work/sources/freetype/modules.cfg"
for module in FONT_MODULES:truetype FONT_MODULES:cff FONT_MODULES:sfnt AUX_MODULES:psaux AUX_MODULES:psnames \
  BASE_EXTENSIONS:ftbitmap.c BASE_EXTENSIONS:ftsynth.c BASE_EXTENSIONS:fttype1.c; do
  echo "${module%:*} += ${module#*:}" >>"$work/sources/freetype/modules.cfg"
done
# Its Meson writes a table of the modules, and would compile the one of all of them.
CFLAGS="$CFLAGS -DFT_CONFIG_MODULES_H=<ftmodule.h>" with_meson freetype -D{brotli,bzip2,harfbuzz,png,zlib}=disabled

# Its authors have one file of all its files, and names for all that shaping text does not need: it opens no files either.
unpacked harfbuzz
# shellcheck disable=SC2086
"${prefix}g++" $CFLAGS -std=c++11 -DHAVE_PTHREAD=1 -DHB_NDEBUG -fno-exceptions -fno-rtti -fno-threadsafe-statics \
  -DHB_NO_{BITMAP,BUFFER_MESSAGE,BUFFER_SERIALIZE,BUFFER_VERIFY,CFF,COLOR,DRAW,FACE_COLLECT_UNICODES,GETENV} \
  -DHB_NO_{LAYOUT_COLLECT_GLYPHS,LAYOUT_FEATURE_PARAMS,MATH,META,METRICS,MMAP,NAME,OPEN,SETLOCALE,STYLE} \
  -c -o harfbuzz.o src/harfbuzz.cc
"${prefix}ar" rcsD "$sysroot/usr/lib/$triplet/libharfbuzz.a" harfbuzz.o
mkdir -p "$sysroot/usr/include/harfbuzz"
cp src/*.h "$sysroot/usr/include/harfbuzz"
cat >"$sysroot/usr/lib/$triplet/pkgconfig/harfbuzz.pc" <<PC
Name: harfbuzz
Description: shapes text
Version: $(sed -n "s/^  version: '\(.*\)',$/\1/p" meson.build)
Libs: -L/usr/lib/$triplet -lharfbuzz -lm
Cflags: -I/usr/include/harfbuzz
PC

# Without a provider of fonts: it has those of the folder that the filter names. Without iconv: scripts are UTF-8.
unpacked libass
cross=()
[[ -z $prefix ]] || cross=(--host="$processor-linux-gnu" CC="${prefix}gcc" AR="${prefix}ar" RANLIB="${prefix}ranlib")
{
  ./configure --prefix=/usr --libdir="/usr/lib/$triplet" --disable-shared --with-pic --disable-fontconfig \
    --disable-require-system-font-provider --disable-libunibreak --disable-dependency-tracking \
    ac_cv_header_iconv_h=no "${cross[@]}"
  make -j"$jobs"
  make install DESTDIR="$sysroot"
  # Its own paths are those of another machine.
  rm -f "$sysroot/usr/lib/$triplet/libass.la"
} >"$target/libass.log" 2>&1 || { tail -50 "$target/libass.log" >&2 && exit 1; }

# shellcheck disable=SC2086
"${prefix}gcc" $CFLAGS -DFONT_FAMILY="\"$family\"" -c -o "$target/default-font.o" "$here/default-font.c"
