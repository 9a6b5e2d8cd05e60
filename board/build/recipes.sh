# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
#
# How each C library is compiled. Sourced by deps.sh, which hashes this file: any change here makes a new prefix.
#
# A recipe runs in its own work folder holding the unpacked archive in ./source, and leaves its archive and headers in
# $out/lib and $out/include. Given are $arch, $host (the C target triple), $CC, $AR, $RANLIB, $STRIP, $flags and $jobs.
# What computes a frame or a packet is compiled for speed, the rest for size. Libraries that read bytes from the network
# before they are authenticated get a stack protector.

recipe_flags() { # WORK: flags every library is compiled with; no path of the build ends in an object, no unwind tables
    echo "-g0 -fPIC -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables" \
        "-ffile-prefix-map=$1=."
}

recipe_musl() { # the product's libc, into $out/sysroot/usr, with the kernel's headers, which it leaves to others, beside its own
    local name folder headers=$out/sysroot/usr/include
    cd source
    CC=$CC AR=$AR RANLIB=$RANLIB CFLAGS="-Os $flags" ./configure --target="$arch-linux-musl" --disable-shared \
        --disable-gcc-wrapper --prefix="$out/sysroot/usr"
    make -j"$jobs"
    make install
    install -D COPYRIGHT "$out/licenses/musl/COPYRIGHT"
    for name in linux asm asm-generic; do
        for folder in "/usr/$host/include" "/usr/include/$host" /usr/include; do
            [ ! -d "$folder/$name" ] || { ln -s "$folder/$name" "$headers/$name" && break; }
        done
        [ -d "$headers/$name" ] || { echo "there is no folder $name of the kernel's headers" && return 1; }
    done
}

# musl_compiler OUT WORK: makes a C compiler of $CC that knows musl's headers and libraries only, and prints its path.
musl_compiler() {
    local libraries=$1/sysroot/usr/lib headers=$1/sysroot/usr/include own
    own=$($CC -print-file-name=include)
    # In a specs file a blank line ends an entry.
    cat >"$2/musl.specs" <<SPECS
%rename cpp_options old_cpp_options

*cpp_options:
-nostdinc -isystem $headers -isystem $own %(old_cpp_options)

*cc1:
%(cc1_cpu) -nostdinc -isystem $headers -isystem $own

*link_libgcc:
-L$libraries -L $(dirname "$($CC -print-libgcc-file-name)")

*libgcc:
libgcc.a%s %:if-exists(libgcc_eh.a%s)

*startfile:
$libraries/crt1.o $libraries/crti.o crtbeginT.o%s

*endfile:
crtend.o%s $libraries/crtn.o

*link:
-nostdlib -static

SPECS
    printf '#!/bin/sh\nexec %s -specs=%s -no-pie "$@"\n' "$CC" "$2/musl.specs" >"$2/musl-cc"
    chmod +x "$2/musl-cc"
    echo "$2/musl-cc"
}

recipe_mbedtls() {
    cp "$here/mbedtls_config.h" source/include/mbedtls/mbedtls_config.h
    local options=(-C source/library -j"$jobs" CC="$CC" AR="$AR" RL="$RANLIB" ARFLAGS=crsD WARNING_CFLAGS=-w)
    make "${options[@]}" CFLAGS="-O2 $flags -fstack-protector-strong" libmbedcrypto.a
    make "${options[@]}" CFLAGS="-Os $flags -fstack-protector-strong" libmbedx509.a
    # TLS refuses certificates with critical name constraints, which it does not know. So what reads the far side's
    # certificates is a function of ours, Sources/CMbedTLS/certificates.c, which lets them pass and checks the names.
    make "${options[@]}" libmbedtls.a \
        CFLAGS="-Os $flags -fstack-protector-strong -Dmbedtls_x509_crt_parse_der=cmbedtls_read_certificate"
    cp source/library/libmbed{crypto,x509,tls}.a "$out/lib"
    cp -r source/include/mbedtls source/include/psa "$out/include"
}

recipe_libsrtp() { # over mbedTLS; its configure script knows only OpenSSL and NSS, so the choice is made by macros
    mkdir objects && cd objects
    ../source/configure --host="$host" --disable-openssl --disable-nss --disable-pcap
    local file files="srtp/srtp.c
        crypto/cipher/cipher.c crypto/cipher/cipher_test_cases.c crypto/cipher/null_cipher.c
        crypto/cipher/aes_icm_mbedtls.c crypto/cipher/aes_gcm_mbedtls.c
        crypto/hash/auth.c crypto/hash/auth_test_cases.c crypto/hash/null_auth.c crypto/hash/hmac_mbedtls.c
        crypto/kernel/alloc.c crypto/kernel/crypto_kernel.c crypto/kernel/err.c crypto/kernel/key.c
        crypto/math/datatypes.c crypto/replay/rdb.c crypto/replay/rdbx.c"
    local objects=()
    for file in $files; do
        $CC -O2 $flags -fstack-protector-strong -DHAVE_CONFIG_H -DGCM -DMBEDTLS -I crypto/include \
            -I ../source/crypto/include -I ../source/include -I "$out/include" \
            -c "../source/$file" -o "$(basename "$file" .c).o"
        objects+=("$(basename "$file" .c).o")
    done
    $AR crsD "$out/lib/libsrtp2.a" "${objects[@]}"
    mkdir -p "$out/include/srtp2"
    cp ../source/include/srtp.h "$out/include/srtp2"
}

recipe_opus() { # without the neural parts, which are 3 MB of weights; with SOUND=neural that for concealment alone, 1.4 MB
    local deep_plc=--disable-deep-plc
    [ "$SOUND" = plain ] || deep_plc=--enable-deep-plc
    cd source
    CFLAGS="-O2 $flags" ./configure --host="$host" --prefix=/usr --enable-static --disable-shared --disable-doc \
        --disable-extra-programs "$deep_plc" --disable-dred --disable-osce
    make -j"$jobs" libopus.la
    cp .libs/libopus.a "$out/lib"
    mkdir -p "$out/include/opus"
    cp include/*.h "$out/include/opus"
}

recipe_alsa-lib() { # static: no plugin is loaded at run time, so those that a call needs are linked in
    cd source
    CFLAGS="-Os $flags" LDFLAGS=-static ./configure --host="$host" \
        --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
        --enable-static --disable-shared --with-pic=no --disable-rawmidi --disable-hwdep --disable-seq --disable-ucm \
        --disable-topology --disable-alisp --disable-old-symbols --disable-python --disable-aload \
        --with-versioned=no --with-debug=no --with-libdl=no --with-librt=yes --with-pthread=yes \
        --with-pcm-plugins=copy,linear,route,plug,rate,null,file,mmap_emul,hooks,asym,dmix,dsnoop,softvol \
        --with-ctl-plugins=
    make -j"$jobs" -C include
    make -j"$jobs" -C src
    cp src/.libs/libasound.a "$out/lib"
    make -C include install-data-am prefix="$out" includedir="$out/include"
}

recipe_libgpiod() { # the library alone is a dozen small files; nothing of its configure script is needed
    local file objects=()
    mkdir objects
    for file in source/lib/*.c; do
        $CC -Os $flags -std=gnu89 -w -fvisibility=hidden -I source/include -I source/lib -D_GNU_SOURCE \
            -DGPIOD_VERSION_STR="\"$version\"" -c "$file" -o "objects/$(basename "$file" .c).o"
        objects+=("objects/$(basename "$file" .c).o")
    done
    $AR crsD "$out/lib/libgpiod.a" "${objects[@]}"
    cp source/include/gpiod.h "$out/include"
}

recipe_speexdsp() { # without its warnings: the echo canceller would write them from the audio thread
    cd source
    CFLAGS="-O2 $flags -DDISABLE_WARNINGS -DDISABLE_NOTIFICATIONS" ./configure --host="$host" --prefix=/usr \
        --enable-static --disable-shared --disable-examples
    make -j"$jobs" -C libspeexdsp libspeexdsp.la
    cp libspeexdsp/.libs/libspeexdsp.a "$out/lib"
    mkdir -p "$out/include/speex"
    cp include/speex/*.h "$out/include/speex"
}

recipe_qrcodegen() { # the C edition of a library of many; its licence stands at the head of its source
    $CC -Os $flags -DNDEBUG -c source/c/qrcodegen.c -o qrcodegen.o
    $AR crsD "$out/lib/libqrcodegen.a" qrcodegen.o
    cp source/c/qrcodegen.h "$out/include"
    sed -n '1,/\*\//p' source/c/qrcodegen.c >"$out/licenses/$name/LICENSE"
}
