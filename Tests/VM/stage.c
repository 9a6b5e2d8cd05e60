// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What stands around the intercoms in the test machine: a mouth and an ear at each sound card, fingers on the buttons,
// an eye on the lights, and one timeline of it all, which leaves the machine line by line and is judged outside.
//
//   stage PORT FIFO {NAME CARD VOICE_HERTZ OTHER_HERTZ CHIP_DEVICE_FOLDER LOG_FIFO}...
//
// Each line of the timeline begins with microseconds of CLOCK_MONOTONIC:
//   T line NAME LINE LEVEL     a button's line was put to LEVEL (written just before that is done)
//   T light NAME LIGHT LEVEL   a light's line was found changed; looked at every millisecond
//   T voice NAME on|off        the mouth's tone begins or ends at the card
//   T ear NAME L...            loudness at the card's speaker from T on: hexadecimal bytes, one a millisecond, in half
//                              decibels below full scale; ff: nothing but zeros
//   T heard NAME L...          likewise of the other's voice alone: a byte for every 5 ms, over 10 ms up to its end
//   T card NAME TEXT           what became of a stream at the card
//   T log NAME TEXT            a line that the intercom wrote into its FIFO
//   T mark TEXT                what the scenarios say
// Commands come through the FIFO, a line each: mark TEXT; voice NAME on|off; set NAME LINE LEVEL; bounce NAME
// LINE LEVEL TIMES MICROSECONDS; freeze PID MILLISECONDS; format NAME BITS RATE (of the mouth's and the ear's streams);
// hold NAME on|off (the intercom's end of the card, as another program would); code NAME FILE (the digits that the link
// light blinks from now on, written into FILE as soon as six were seen).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sound/asound.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
  rateMax = 48000,
  blockMax = rateMax / 200, // 5 ms
  doorsMax = 2,
  linesMax = 8,
  codeDigits = 6,
  // Between flashes it is dark for 0.2 s, between digits for 1.2 s: what a person would tell apart.
  digitGapMicroseconds = 700000,
};
// The lines of a door's chip, in order; the lights are those that begin with "led-".
static const char *const lineNames[linesMax] = {"ptt",      "mute",     "call",     "answer",
                                                "led-link", "led-talk", "led-mute", "led-power"};

struct door {
  const char *name, *card, *chip, *log;
  double voiceHertz, otherHertz;
  atomic_int isSpeaking;
  // Of the streams that are opened next; a new generation opens them anew.
  atomic_int bits, rate, generation;
  int held[2];
  // Where the digits go that the link light blinks.
  char codeFile[64], digits[codeDigits + 1];
  atomic_int isReadingCode;
  int flashes, digitCount;
  int64_t flashed;
};
static struct door doors[doorsMax];
static int doorCount;
static int port;
static pthread_mutex_t portMutex = PTHREAD_MUTEX_INITIALIZER;

static int64_t nowMicroseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void sleepUntil(int64_t microseconds) {
  struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {}
}

__attribute__((format(printf, 2, 3))) static void tell(int64_t time, const char *format, ...) {
  char line[2048];
  int length = snprintf(line, sizeof line, "%lld ", (long long)time);
  va_list arguments;
  va_start(arguments, format);
  length += vsnprintf(line + length, sizeof line - length - 1, format, arguments);
  va_end(arguments);
  if (length > (int)sizeof line - 2) length = sizeof line - 2;
  line[length++] = '\n';
  pthread_mutex_lock(&portMutex);
  for (int written = 0; written < length;) {
    ssize_t step = write(port, line + written, length - written);
    if (step > 0) written += step;
    else if (errno != EINTR && errno != EAGAIN) break;
  }
  pthread_mutex_unlock(&portMutex);
}

static void realTime(int priority) {
  struct sched_param parameter = {.sched_priority = priority};
  if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter)) tell(nowMicroseconds(), "card - no priority");
}

// MARK: Sound cards, through the kernel's own interface.

static void setMask(struct snd_pcm_hw_params *parameters, int which, unsigned value) {
  struct snd_mask *mask = &parameters->masks[which - SNDRV_PCM_HW_PARAM_FIRST_MASK];
  memset(mask, 0, sizeof *mask);
  mask->bits[value / 32] = 1u << value % 32;
}

static void setInterval(struct snd_pcm_hw_params *parameters, int which, unsigned value) {
  struct snd_interval *interval = &parameters->intervals[which - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];
  memset(interval, 0, sizeof *interval);
  interval->min = interval->max = value;
  interval->integer = 1;
}

// What a stream was opened with. 24 bits lie in three bytes.
struct format {
  int bits, rate, block, perMillisecond, generation;
};

static void pack(const struct format *format, const int16_t *samples, uint8_t *raw) {
  for (int i = 0; i < format->block; i++)
    for (int byte = 0, bytes = format->bits / 8; byte < bytes; byte++)
      *raw++ = byte < bytes - 2 ? 0 : (uint8_t)((uint16_t)samples[i] >> (byte - bytes + 2) * 8);
}

static void unpack(const struct format *format, const uint8_t *raw, int16_t *samples) {
  int bytes = format->bits / 8;
  for (int i = 0; i < format->block; i++, raw += bytes)
    samples[i] = (int16_t)(raw[bytes - 2] | raw[bytes - 1] << 8);
}

// Writes the path of a card's device into `path`.
static void cardPath(char *path, size_t size, const char *card, int device, char direction) {
  char id[32] = "";
  int number;
  for (number = 0; number < 8; number++) {
    snprintf(path, size, "/proc/asound/card%d/id", number);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    if (!fscanf(file, "%31s", id)) id[0] = 0;
    fclose(file);
    if (!strcmp(id, card)) break;
  }
  snprintf(path, size, "/dev/snd/pcmC%dD%d%c", number, device, direction);
}

// Opens the first device of a card ("doorA") in one direction, mono; -1 and errno where that fails.
static int openCard(const char *card, char direction, const struct format *format, unsigned blocks) {
  char path[64];
  cardPath(path, sizeof path, card, 0, direction);
  unsigned bufferFrames = blocks * format->block;
  int device = open(path, O_RDWR | O_CLOEXEC);
  if (device < 0) return -1;
  struct snd_pcm_hw_params hardware;
  memset(&hardware, 0, sizeof hardware);
  memset(hardware.masks, 0xff, sizeof hardware.masks);
  for (unsigned i = 0; i < sizeof hardware.intervals / sizeof hardware.intervals[0]; i++)
    hardware.intervals[i].max = UINT32_MAX;
  hardware.rmask = hardware.info = UINT32_MAX;
  setMask(&hardware, SNDRV_PCM_HW_PARAM_ACCESS, SNDRV_PCM_ACCESS_RW_INTERLEAVED);
  setMask(&hardware, SNDRV_PCM_HW_PARAM_FORMAT, (unsigned)(format->bits == 32   ? SNDRV_PCM_FORMAT_S32_LE
                                                           : format->bits == 24 ? SNDRV_PCM_FORMAT_S24_3LE
                                                                                : SNDRV_PCM_FORMAT_S16_LE));
  setMask(&hardware, SNDRV_PCM_HW_PARAM_SUBFORMAT, (unsigned)SNDRV_PCM_SUBFORMAT_STD);
  setInterval(&hardware, SNDRV_PCM_HW_PARAM_CHANNELS, 1);
  setInterval(&hardware, SNDRV_PCM_HW_PARAM_RATE, format->rate);
  setInterval(&hardware, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, format->block);
  setInterval(&hardware, SNDRV_PCM_HW_PARAM_BUFFER_SIZE, bufferFrames);
  int version = 0;
  struct snd_pcm_sw_params software = {
    .tstamp_mode = SNDRV_PCM_TSTAMP_ENABLE,
    .period_step = 1,
    .avail_min = format->block,
    .start_threshold = direction == 'p' ? bufferFrames : 1,
    .stop_threshold = bufferFrames,
    .tstamp_type = SNDRV_PCM_TSTAMP_TYPE_MONOTONIC,
  };
  if (ioctl(device, SNDRV_PCM_IOCTL_PVERSION, &version)) goto failed;
  if (ioctl(device, SNDRV_PCM_IOCTL_HW_PARAMS, &hardware)) goto failed;
  software.proto = version;
  software.boundary = bufferFrames;
  while (software.boundary * 2 <= INT32_MAX - bufferFrames) software.boundary *= 2;
  if (ioctl(device, SNDRV_PCM_IOCTL_SW_PARAMS, &software) || ioctl(device, SNDRV_PCM_IOCTL_PREPARE)) goto failed;
  return device;
failed:;
  int error = errno;
  close(device);
  errno = error;
  return -1;
}

// Waits for the card with patience, as it may be away for a while.
static int openCardAgain(const struct door *door, char direction, struct format *format, unsigned blocks) {
  int said = 0;
  for (;;) {
    format->generation = door->generation;
    format->bits = door->bits;
    format->rate = door->rate;
    format->block = format->rate / 200;
    format->perMillisecond = format->rate / 1000;
    int device = openCard(door->card, direction, format, blocks);
    if (device >= 0) {
      tell(nowMicroseconds(), "card %s %c open %d bits %d Hz", door->name, direction, format->bits, format->rate);
      return device;
    }
    if (said != errno) tell(nowMicroseconds(), "card %s %c %s", door->name, direction, strerror(said = errno));
    usleep(20000);
  }
}

static void *speak(void *argument) {
  struct door *door = argument;
  struct format format;
  int16_t samples[blockMax];
  uint8_t raw[4 * blockMax];
  int was = 0;
  long phase = 0;
  realTime(60);
  for (;;) {
    int device = openCardAgain(door, 'p', &format, 8);
    while (format.generation == door->generation) {
      int is = door->isSpeaking;
      for (int i = 0; i < format.block; i++, phase++) // 0.25 of full scale: -15 dBFS RMS
        samples[i] = is ? (int16_t)lrint(8192 * sin(2 * M_PI * fmod(phase * door->voiceHertz / format.rate, 1))) : 0;
      pack(&format, samples, raw);
      snd_pcm_sframes_t delay = 0;
      if (is != was && !ioctl(device, SNDRV_PCM_IOCTL_DELAY, &delay)) {
        tell(nowMicroseconds() + delay * 1000000 / format.rate, "voice %s %s", door->name, is ? "on" : "off");
        was = is;
      }
      struct snd_xferi transfer = {.buf = raw, .frames = format.block};
      if (ioctl(device, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer) == 0) continue;
      if (errno == EPIPE && !ioctl(device, SNDRV_PCM_IOCTL_PREPARE)) {
        tell(nowMicroseconds(), "card %s p underrun", door->name);
        continue;
      }
      if (errno == EINTR) continue;
      tell(nowMicroseconds(), "card %s p %s", door->name, strerror(errno));
      break;
    }
    close(device);
  }
  return NULL;
}

static unsigned halfDecibels(double meanSquare) {
  if (meanSquare <= 0) return 255;
  double level = -20 * log10(meanSquare / (32768.0 * 32768.0));
  return level < 0 ? 0 : level > 254 ? 254 : (unsigned)lrint(level);
}

static void *listenTo(void *argument) {
  struct door *door = argument;
  enum { told = 10 };
  // What is compared with the other's voice: 10 ms of it under a Hann window, so that other tones do not leak in.
  static double sines[doorsMax][2 * blockMax], cosines[doorsMax][2 * blockMax];
  double *sine = sines[door - doors], *cosine = cosines[door - doors];
  realTime(50);
  for (;;) {
    struct format format;
    int16_t samples[2 * blockMax] = {0};
    uint8_t raw[4 * blockMax];
    int device = openCardAgain(door, 'c', &format, 100);
    const int block = format.block, perMillisecond = format.perMillisecond;
    double sum = 0;
    for (int i = 0; i < 2 * block; i++) {
      double window = 0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / (2 * block));
      sum += window;
      sine[i] = window * sin(2 * M_PI * i * door->otherHertz / format.rate);
      cosine[i] = window * cos(2 * M_PI * i * door->otherHertz / format.rate);
    }
    int64_t start = 0, first = 0, count = 0;
    char loud[told * 10 + 1], heard[told * 2 + 1];
    int blocks = 0;
    while (format.generation == door->generation) {
      memmove(samples, samples + block, block * sizeof samples[0]);
      struct snd_xferi transfer = {.buf = raw, .frames = block};
      if (ioctl(device, SNDRV_PCM_IOCTL_READI_FRAMES, &transfer)) {
        if (errno == EINTR) continue;
        tell(nowMicroseconds(), "card %s c %s", door->name, strerror(errno));
        if (errno != EPIPE || ioctl(device, SNDRV_PCM_IOCTL_PREPARE)) break;
        count = blocks = 0;
        continue;
      }
      unpack(&format, raw, samples + block);
      if (count == 0) {
        struct snd_pcm_status status;
        memset(&status, 0, sizeof status);
        if (ioctl(device, SNDRV_PCM_IOCTL_STATUS, &status)) break;
        start = (int64_t)status.trigger_tstamp.tv_sec * 1000000 + status.trigger_tstamp.tv_nsec / 1000;
      }
      if (blocks == 0) first = count;
      for (int i = 0; i < 5; i++) {
        double square = 0;
        for (int j = 0; j < perMillisecond; j++) {
          double sample = samples[block + i * perMillisecond + j];
          square += sample * sample;
        }
        sprintf(loud + blocks * 10 + i * 2, "%02x", halfDecibels(square / perMillisecond));
      }
      double real = 0, imaginary = 0;
      for (int i = 0; i < 2 * block; i++) real += cosine[i] * samples[i], imaginary += sine[i] * samples[i];
      // The mean square of the sine that fits best.
      sprintf(heard + blocks * 2, "%02x", halfDecibels(2 * (real * real + imaginary * imaginary) / (sum * sum)));
      count += block;
      if (++blocks == told) {
        int64_t time = start + first * 1000000 / format.rate;
        tell(time, "ear %s %s", door->name, loud);
        tell(time, "heard %s %s", door->name, heard);
        blocks = 0;
      }
    }
    close(device);
  }
  return NULL;
}

// MARK: Buttons and lights.

// Opens a line's file in the chip's folder, which has another name each time that the chip comes back.
static int openLine(const struct door *door, int line, const char *name, int flags) {
  char pattern[256];
  snprintf(pattern, sizeof pattern, "%s/gpiochip*/sim_gpio%d/%s", door->chip, line, name);
  glob_t found;
  int file = -1;
  if (!glob(pattern, 0, NULL, &found)) file = open(found.gl_pathv[0], flags | O_CLOEXEC);
  globfree(&found);
  return file;
}

// Takes in how the link light is, every millisecond while a code is read.
static void readCode(struct door *door, int isLit, int isChanged, int64_t now) {
  if (isChanged && isLit) door->flashes++;
  if (isLit) door->flashed = now;
  if (!door->flashes || now - door->flashed < digitGapMicroseconds) return;
  door->digits[door->digitCount++] = door->flashes > 10 ? '?' : (char)('0' + door->flashes % 10);
  door->flashes = 0;
  if (door->digitCount < codeDigits) return;
  door->isReadingCode = 0;
  FILE *file = fopen(door->codeFile, "w");
  if (file) {
    fputs(door->digits, file);
    fclose(file);
  }
}

static void *watchLights(void *unused) {
  (void)unused;
  int values[doorsMax][linesMax];
  char last[doorsMax][linesMax];
  for (int door = 0; door < doorCount; door++)
    for (int line = 0; line < linesMax; line++) {
      values[door][line] = strncmp(lineNames[line], "led-", 4) ? -1 : openLine(&doors[door], line, "value", O_RDONLY);
      last[door][line] = 0;
    }
  realTime(70);
  int64_t lastLook = 0;
  for (int64_t next = nowMicroseconds();; next += 1000) {
    sleepUntil(next);
    for (int door = 0; door < doorCount; door++)
      for (int line = 0; line < linesMax; line++) {
        char value = '0';
        if (strncmp(lineNames[line], "led-", 4)) continue;
        // A chip that has gone is looked for; its lights are dark.
        if (values[door][line] < 0 && next >= lastLook + 50000) {
          values[door][line] = openLine(&doors[door], line, "value", O_RDONLY);
          if (line == linesMax - 1) lastLook = next;
        }
        if (values[door][line] >= 0 && pread(values[door][line], &value, 1, 0) != 1) {
          close(values[door][line]);
          values[door][line] = -1;
          value = '0';
        }
        if (doors[door].isReadingCode && !strcmp(lineNames[line], "led-link"))
          readCode(&doors[door], value == '1', value != last[door][line], next);
        if (value == last[door][line]) continue;
        last[door][line] = value;
        tell(nowMicroseconds(), "light %s %s %c", doors[door].name, lineNames[line] + 4, value);
      }
  }
  return NULL;
}

static struct door *doorNamed(const char *name) {
  for (int i = 0; i < doorCount; i++)
    if (name && !strcmp(doors[i].name, name)) return &doors[i];
  return NULL;
}

static void setLine(const struct door *door, const char *name, int level) {
  for (int line = 0; line < linesMax; line++) {
    if (strcmp(lineNames[line], name)) continue;
    int file = openLine(door, line, "pull", O_WRONLY);
    const char *pull = level ? "pull-up" : "pull-down";
    tell(nowMicroseconds(), "line %s %s %d", door->name, name, level);
    if (file < 0 || write(file, pull, strlen(pull)) < 0)
      tell(nowMicroseconds(), "mark error %s: %s", name, strerror(errno));
    if (file >= 0) close(file);
    return;
  }
  tell(nowMicroseconds(), "mark error no line %s", name);
}

// Takes the intercom's end of the card as another program would, or lets it go.
static void hold(struct door *door, int isHeld) {
  for (int i = 0; i < 2; i++) {
    if (door->held[i] > 0) close(door->held[i]);
    door->held[i] = 0;
    char path[64];
    cardPath(path, sizeof path, door->card, 1, "pc"[i]);
    for (int tries = 0; isHeld && door->held[i] <= 0 && tries < 100; tries++) {
      if ((door->held[i] = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)) < 0) usleep(10000);
    }
    if (isHeld && door->held[i] < 0) tell(nowMicroseconds(), "mark error %s: %s", path, strerror(errno));
  }
  tell(nowMicroseconds(), "mark %s the card of %s", isHeld ? "holds" : "lets go of", door->name);
}

static void obey(char *command) {
  char *rest = NULL;
  if (!strncmp(command, "mark ", 5)) {
    tell(nowMicroseconds(), "%s", command);
    return;
  }
  char *words[6] = {0};
  int count = 0;
  for (char *word = strtok_r(command, " ", &rest); word && count < 6; word = strtok_r(NULL, " ", &rest))
    words[count++] = word;
  struct door *door = doorNamed(words[1]);
  if (count == 3 && door && !strcmp(words[0], "voice")) {
    door->isSpeaking = !strcmp(words[2], "on");
  } else if (count == 3 && door && !strcmp(words[0], "hold")) {
    hold(door, !strcmp(words[2], "on"));
  } else if (count == 3 && door && !strcmp(words[0], "code")) {
    snprintf(door->codeFile, sizeof door->codeFile, "%s", words[2]);
    memset(door->digits, 0, sizeof door->digits);
    door->flashes = door->digitCount = 0;
    door->isReadingCode = 1;
  } else if (count == 4 && door && !strcmp(words[0], "format")) {
    door->bits = atoi(words[2]);
    door->rate = atoi(words[3]);
    door->generation++;
  } else if (count == 4 && door && !strcmp(words[0], "set")) {
    setLine(door, words[2], atoi(words[3]));
  } else if (count == 6 && door && !strcmp(words[0], "bounce")) {
    // There and back again some times, and in the end at the level.
    int level = atoi(words[3]), times = atoi(words[4]);
    int64_t next = nowMicroseconds();
    for (int i = 0; i < times; i++, level = !level, next += atoi(words[5])) {
      sleepUntil(next);
      setLine(door, words[2], level);
    }
    if (level == atoi(words[3])) setLine(door, words[2], level);
  } else if (count == 3 && !strcmp(words[0], "freeze")) {
    int64_t until = nowMicroseconds() + atoi(words[2]) * 1000;
    kill(atoi(words[1]), SIGSTOP);
    sleepUntil(until);
    kill(atoi(words[1]), SIGCONT);
  } else if (count) {
    tell(nowMicroseconds(), "mark error not understood: %s", words[0]);
  }
}

static void *readLog(void *argument) {
  struct door *door = argument;
  FILE *log = fdopen(open(door->log, O_RDWR | O_CLOEXEC), "r"); // for writing too: it goes on when a writer ends
  char line[1900];
  while (log && fgets(line, sizeof line, log)) {
    line[strcspn(line, "\n")] = 0;
    tell(nowMicroseconds(), "log %s %s", door->name, line);
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count < 3 || (count - 3) % 6 || count > 3 + 6 * doorsMax) {
    fprintf(stderr, "usage: stage PORT FIFO {NAME CARD VOICE_HERTZ OTHER_HERTZ CHIP_DEVICE_FOLDER LOG_FIFO}...\n");
    return 64;
  }
  port = open(arguments[1], O_WRONLY | O_CLOEXEC);
  // Open for reading too, so that the FIFO never ends.
  FILE *commands = fdopen(open(arguments[2], O_RDWR | O_CLOEXEC), "r");
  if (port < 0 || !commands) {
    perror("stage");
    return 1;
  }
  for (char **word = arguments + 3; *word; word += 6) {
    struct door door = {.name = word[0], .card = word[1], .chip = word[4], .log = word[5]};
    door.voiceHertz = atof(word[2]);
    door.otherHertz = atof(word[3]);
    door.bits = 16;
    door.rate = rateMax;
    doors[doorCount++] = door;
  }
  pthread_t thread;
  pthread_create(&thread, NULL, watchLights, NULL);
  for (int i = 0; i < doorCount; i++) {
    pthread_create(&thread, NULL, speak, &doors[i]);
    pthread_create(&thread, NULL, listenTo, &doors[i]);
    pthread_create(&thread, NULL, readLog, &doors[i]);
  }
  realTime(65);
  char line[1900];
  while (fgets(line, sizeof line, commands)) {
    line[strcspn(line, "\n")] = 0;
    obey(line);
  }
  return 0;
}
