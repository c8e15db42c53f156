/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One renderer process, seen from the cache: started, asked for one image
 * at a time, killed.  Who may ask it and when is the pool's business.
 *
 * A struct renderer belongs to one thread at a time; nothing here takes a
 * lock.
 */

#ifndef RENDERER_H
#define RENDERER_H

#define RENDERER_ERROR_MAX	512	/* bytes, for the operator, with NUL */
#define RENDERER_WORDS_MAX	4097	/* bytes, with NUL */

struct renderer {
	unsigned			magic;
#define RENDERER_MAGIC			0x9d02a6c1
	pid_t				pid;
	int				sock;	/* our end of the pair */
	int				words;	/* what it writes to stderr */
	unsigned			renders;	/* the pool's */
	VTAILQ_ENTRY(renderer)		list;	/* the pool's */
};

enum renderer_answer {
	RENDERER_ANSWERED,	/* and a result is there if the status is 200 */
	RENDERER_UNHEARD,	/* it went before it had seen the request */
	RENDERER_DIED,		/* it went while it had the request */
	RENDERER_LATE,		/* nothing came by the deadline */
	RENDERER_GARBLED	/* it sent what no renderer of ours sends */
};

/*
 * Start a process.  Only a thread that lives as long as varnishd's child may
 * call this: a renderer asks the kernel to be killed together with its
 * parent (PR_SET_PDEATHSIG), and to the kernel the parent is the thread that
 * started it.  Returns NULL with the reason in err[RENDERER_ERROR_MAX].
 */
struct renderer *renderer_start(char *err);

/* Nothing came from an idle renderer, not even the end of it. */
bool renderer_quiet(const struct renderer *);

/* Bytes that it has in memory now; 0 where that is not to be known. */
uint64_t renderer_resident(const struct renderer *);

/*
 * Hand over the request in packet[0..len) with its files and wait for the
 * reply.  packet, RENDER_PACKET_MAX bytes, is overwritten unless the answer
 * is RENDERER_UNHEARD.  *result is the caller's: a sealed memfd of at most
 * max_result bytes, or -1.  After anything but RENDERER_ANSWERED only
 * renderer_kill() makes sense.
 */
enum renderer_answer renderer_ask(const struct renderer *, uint8_t *packet,
    size_t len, const int files[RENDER_FDS], vtim_mono deadline, uint64_t max_result,
    struct render_reply *, int *result);

/*
 * Kill and reap.  Returns the wait status: where the process was already on
 * its way out, that of its own end.
 */
int renderer_kill(const struct renderer *);

/* What it has written to stderr since the last time; "" when nothing. */
void renderer_words(const struct renderer *, char *buf);

/* After renderer_kill(). */
void renderer_free(struct renderer **);

/*
 * Run the binary with --describe.  Returns 0 with its output in buf, or -1
 * with the reason in err[RENDERER_ERROR_MAX].
 */
int renderer_describe(char *buf, size_t len, char *err);

#endif
