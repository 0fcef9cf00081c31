#!/usr/bin/env bash
# Compiles ffmpeg and ffprobe into one static program: `compile.sh WORK ARCHITECTURE VERSION FONT-FAMILY < configure's
# arguments`, a line each. WORK/sources has the unpacked sources, WORK/ARCHITECTURE/sysroot the libraries that Debian has
# compiled, to which compile-subtitles.sh adds what draws subtitles; WORK/ARCHITECTURE/program is the result. No path of this
# machine gets into it: the same sources and compilers give the same bytes in every folder.
set -euo pipefail
work=$1 architecture=$2 version=$3 family=$4
mapfile -t arguments
here=$(cd "$(dirname "$0")" && pwd)
target=$work/$architecture sysroot=$work/$architecture/sysroot
jobs=$(nproc)

case $architecture in
  x86_64) triplet=x86_64-linux-gnu processor=x86_64 protection=-fcf-protection ;;
  arm64) triplet=aarch64-linux-gnu processor=aarch64 protection=-mbranch-protection=standard ;;
  *) echo "There is no architecture $architecture." >&2 && exit 1 ;;
esac
# A cross compiler on any machine but the one that it compiles for.
[[ $(uname -m) == "$processor" ]] && prefix= || prefix=$triplet-

export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=0 PKG_CONFIG_PATH=
export PKG_CONFIG_SYSROOT_DIR=$sysroot PKG_CONFIG_LIBDIR=$sysroot/usr/lib/$triplet/pkgconfig:$sysroot/usr/share/pkgconfig
hardening="-fstack-protector-strong -fstack-clash-protection $protection -D_FORTIFY_SOURCE=2 -ffile-prefix-map=$work=."
# By the environment and not by arguments, which the program contains.
export CFLAGS="-O2 $hardening -fPIE -I$sysroot/usr/include -I$sysroot/usr/include/$triplet"
export LDFLAGS="-L$sysroot/usr/lib/$triplet -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--build-id=none"

mkdir -p "$target"
# shellcheck disable=SC2086
"${prefix}gcc" $CFLAGS -c -o "$target/argv0.o" "$here/argv0.c"

unpacked() {
  mkdir -p "$target/$1"
  cp -a "$work/sources/$1/." "$target/$1"
  cd "$target/$1"
}

# Debian's own x264 for arm64 cannot be moved in memory, as a hardened program is.
unpacked x264
cross=()
[[ -z $prefix ]] || cross=(--host="$processor-linux-gnu" --cross-prefix="$prefix")
# It takes the place of assembler's arguments, too.
(unset CFLAGS LDFLAGS && ./configure --prefix=/usr --libdir="/usr/lib/$triplet" --enable-static --enable-pic --disable-cli \
  --disable-opencl --bit-depth=8 --extra-cflags="$hardening" "${cross[@]}" >"$target/x264.log")
make -j"$jobs" >>"$target/x264.log" 2>&1
rm -f "$sysroot/usr/lib/$triplet"/libx264.*
make install-lib-static DESTDIR="$sysroot" >>"$target/x264.log"

cat >"$target/cross.ini" <<INI
[binaries]
c = '${prefix}gcc'
ar = '${prefix}ar'
strip = '${prefix}strip'
[host_machine]
system = 'linux'
cpu_family = '$processor'
cpu = '$processor'
endian = 'little'
INI
# Compiles a library of Meson with these options, and installs it into the sysroot.
with_meson() {
  unpacked "$1"
  meson setup build --cross-file "$target/cross.ini" --buildtype=release -Ddefault_library=static -Db_ndebug=true \
    -Db_staticpic=true --prefix=/usr --libdir="lib/$triplet" "${@:2}" >"$target/$1.log"
  ninja -C build >>"$target/$1.log"
  DESTDIR=$sysroot ninja -C build install >>"$target/$1.log"
}
with_meson dav1d -Denable_tools=false -Denable_tests=false

# shellcheck source-path=SCRIPTDIR
. "$here/compile-subtitles.sh"

unpacked ffmpeg
cross=()
[[ -z $prefix ]] || cross=(--enable-cross-compile --target-os=linux --arch="$processor" --cross-prefix="$prefix")
./configure --pkg-config=pkg-config --extra-version="$version" --extra-ldexeflags=-static-pie "${cross[@]}" "${arguments[@]}" \
  >"$target/ffmpeg.log" 2>&1 || { tail -50 "$target/ffmpeg.log" ffbuild/config.log >&2 && exit 1; }
# A name that this version does not know is left out with no more than a warning.
if grep 'did not match anything' "$target/ffmpeg.log" >&2; then exit 1; fi
make -j"$jobs" ffmpeg ffprobe >>"$target/ffmpeg.log" 2>&1 || { tail -50 "$target/ffmpeg.log" >&2 && exit 1; }

# The objects of each program become one, which shows nothing but its `main` under another name.
for program in ffmpeg ffprobe; do
  objects=$(make -s -f - objects <<MAKE
include ffbuild/config.mak
include fftools/Makefile
objects:
	@echo \$(sort \$(OBJS-$program) fftools/$program.o fftools/cmdutils.o fftools/opt_common.o)
MAKE
  )
  # shellcheck disable=SC2086
  "${prefix}ld" -r -o "$program.all.o" $objects
  "${prefix}objcopy" --redefine-sym "main=${program}_main" --keep-global-symbol "${program}_main" "$program.all.o"
done
mv "$target/argv0.o" "$target/default-font.o" .
make -s -f - joined <<'MAKE' >>"$target/ffmpeg.log" 2>&1 || { tail -20 "$target/ffmpeg.log" >&2 && exit 1; }
include ffbuild/config.mak
PARTS = avdevice avfilter avformat avcodec swresample swscale avutil
joined:
	$(LD) $(foreach part,$(PARTS),-Llib$(part)) $(LDFLAGS) $(LDEXEFLAGS) -Wl,--wrap=ass_set_fonts -o joined argv0.o default-font.o ffmpeg.all.o ffprobe.all.o \
	  $(foreach part,$(PARTS),lib$(part)/lib$(part).a) $(foreach part,$(PARTS),$(EXTRALIBS-$(part))) $(EXTRALIBS)
MAKE
"${prefix}strip" --strip-all -o "$target/ffmpeg.stripped" joined
mv "$target/ffmpeg.stripped" "$target/program"
