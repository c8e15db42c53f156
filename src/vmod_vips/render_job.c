/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * One render: wait for a turn, ask a renderer, and say what happened where
 * there is no reply.
 *
 * A renderer that is lost costs the render that it was at, and no other: a
 * request that was not read, since the renderer had died before, is put to
 * another one.  An image that was read is not tried again, as it may well be
 * what killed; and it is remembered.
 */

#include "config.h"

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cache/cache.h>
#include <vtim.h>

#include "counters.h"
#include "render_wire.h"
#include "renderer.h"
#include "pool.h"
#include "render_job.h"
#include "poisoned.h"
#include "foresee.h"
#include "vcompat.h"

/* In the place of a renderer's reply. */
static void v_printflike_(3, 4)
render_job_refuse(struct render_job *job, unsigned status,
    const char *fmt, ...)
{
	va_list ap;

	job->reply.status = status;
	va_start(ap, fmt);
	(void)vsnprintf(job->reply.text, sizeof job->reply.text, fmt, ap);
	va_end(ap);
}

static bool
render_job_enter(struct render_job *job, struct pool_ticket *ticket)
{
	enum pool_turn turn;
	vtim_mono start;

	start = VTIM_mono();
	turn = pool_enter(ticket, job->cost, job->queue_timeout);
	job->queued = VTIM_mono() - start;
	COUNT(queue_us, job->queued * 1e6);
	if (turn == POOL_FULL) {
		COUNT(queue_full, 1);
		render_job_refuse(job, 503, RENDER_JOB_FULL);
	} else if (turn == POOL_TOO_LONG) {
		COUNT(queue_timeouts, 1);
		render_job_refuse(job, 503, "no renderer became free within "
		    "%g s", job->queue_timeout);
	}
	return (turn == POOL_GRANTED);
}

static enum renderer_answer
render_job_ask(struct render_job *job, struct renderer *r)
{
	enum renderer_answer a;
	vtim_mono start;
	ssize_t len;

	len = render_request_pack(&job->request, job->packet,
	    sizeof job->packet);
	assert(len > 0);
	job->pid = r->pid;
	start = VTIM_mono();
	/* No encoder of ours needs 8 bytes a pixel, metadata aside. */
	a = renderer_ask(r, job->packet, len, job->files,
	    start + job->timeout, job->request.max_out_pixels * 8 + (1 << 20),
	    &job->reply, &job->result);
	job->rendered = VTIM_mono() - start;
	return (a);
}

/*
 * A renderer was lost with the image in its hands.  Nothing that an image
 * makes of a process ends it by SIGKILL or SIGTERM, unless all memory is gone.
 */
static enum poison_proof
render_job_proof(const struct render_job *job, enum renderer_answer a,
    int status)
{

	if (a == RENDERER_DIED && status != -1 && WIFSIGNALED(status) &&
	    (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM))
		return (POISON_LIKELY);
	return (job->request.overlay_len > 0 ? POISON_PROVEN_TOGETHER :
	    POISON_PROVEN);
}

static void
render_job_lost(struct render_job *job, enum renderer_answer a, int status)
{
	const char *sig = NULL;

	if (status != -1 && WIFSIGNALED(status))
		sig = sigabbrev_np(WTERMSIG(status));
	/* The limit on its processor time is there for the same reason. */
	if (sig != NULL && WTERMSIG(status) == SIGXCPU)
		a = RENDERER_LATE;
	if (status != -1 && WIFEXITED(status) &&
	    WEXITSTATUS(status) == RENDER_EXIT_MEMORY) {
		job->reply.limit = RENDER_LIMIT_MEMORY;
		render_job_refuse(job, 413, "the image needs more memory "
		    "than a renderer may have");
	} else switch (a) {
	case RENDERER_LATE:
		COUNT(timeouts, 1);
		render_job_refuse(job, 504, "the image took longer than %g s "
		    "to render", job->timeout);
		break;
	case RENDERER_GARBLED:
		COUNT(crashes, 1);
		render_job_refuse(job, 500, "the renderer gave no valid "
		    "answer");
		break;
	default:
		COUNT(crashes, 1);
		render_job_refuse(job, 422, "the image could not be rendered: "
		    "its renderer died%s%s", sig != NULL ? " of SIG" : "",
		    sig != NULL ? sig : "");
	}
	poisoned_note(job, render_job_proof(job, a, status));
}

/* No renderer that works: none starts, or even a new one dies at once. */
static void
render_job_none(struct render_job *job, int status)
{

	render_job_refuse(job, 503, "no renderer can be started");
	if (job->pid == 0)
		return;
	VSL(SLT_Error, NO_VXID, "vips: new renderer died, %s %d: %.*s",
	    WIFSIGNALED(status) ? "signal" : "exit status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	    (int)strcspn(job->words, "\n"), job->words);
	pool_pause();
}

/*
 * With a turn.  Returns the renderer where it is good for more.  Another one
 * may try where the first died while it was idle and has not seen the
 * request, or where somebody else, the kernel perhaps, has killed it.
 */
static struct renderer *
render_job_do(struct render_job *job)
{
	enum renderer_answer a = RENDERER_UNHEARD;
	struct renderer *r;
	int status = -1;
	unsigned try;

	for (try = 0; try < 2 && (a == RENDERER_UNHEARD ||
	    render_job_proof(job, a, status) == POISON_LIKELY); try++) {
		job->pid = 0;
		r = pool_take(try > 0);
		if (r == NULL)
			break;
		a = render_job_ask(job, r);
		if (a == RENDERER_ANSWERED) {
			renderer_words(r, job->words);
			return (r);
		}
		status = pool_bury(&r, job->words);
	}
	if (a == RENDERER_UNHEARD)
		render_job_none(job, status);
	else
		render_job_lost(job, a, status);
	return (NULL);
}

static void
render_job_count_limit(const struct render_job *job)
{

	switch (job->reply.limit) {
	case RENDER_LIMIT_FRAMES:
		COUNT(over_frames, 1);
		break;
	case RENDER_LIMIT_PIXELS:
		COUNT(over_pixels, 1);
		break;
	case RENDER_LIMIT_SIDE:
		COUNT(over_side, 1);
		break;
	case RENDER_LIMIT_OUT_PIXELS:
		COUNT(over_out_pixels, 1);
		break;
	case RENDER_LIMIT_MEMORY:
		COUNT(over_memory, 1);
		break;
	default:
		break;
	}
}

/* Returns 0 with a result, or -1. */
static int
render_job_try(struct render_job *job)
{
	struct pool_ticket ticket;

	if (foresee(job) != 0 || poisoned_refuses(job) ||
	    !render_job_enter(job, &ticket))
		return (-1);
	pool_leave(&ticket, render_job_do(job));
	COUNT(render_us, job->rendered * 1e6);
	return (job->reply.status == 200 ? 0 : -1);
}

int
render_job_run(struct render_job *job)
{

	memset(&job->reply, 0, sizeof job->reply);
	job->result = -1;
	job->rendered = 0;
	job->pid = 0;
	job->words[0] = '\0';
	if (render_job_try(job) != 0) {
		render_job_count_limit(job);
		return (-1);
	}
	COUNT(renders, 1);
	COUNT(source_bytes, job->request.source_len);
	COUNT(result_bytes, job->reply.result_len);
	return (0);
}
