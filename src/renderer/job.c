/* SPDX-License-Identifier: BSD-2-Clause
 * Copyright (c) 2026 The pixelfleet authors
 *
 * How one render fails: see job.h.
 */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "formats.h"
#include "job.h"

static void
say(struct job *job, const char *fmt, va_list ap)
{
	char *p;

	(void)vsnprintf(job->reply->text, sizeof job->reply->text, fmt, ap);
	for (p = job->reply->text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

int
job_fail(struct job *job, unsigned status, const char *fmt, ...)
{
	va_list ap;

	job->reply->status = status;
	va_start(ap, fmt);
	say(job, fmt, ap);
	va_end(ap);
	return (-1);
}

int
job_fail_limit(struct job *job, enum render_limit limit, const char *fmt,
    ...)
{
	va_list ap;

	job->reply->status = 413;
	job->reply->limit = limit;
	va_start(ap, fmt);
	say(job, fmt, ap);
	va_end(ap);
	return (-1);
}

/* Libraries have words of their own for that there is no memory. */
static bool
wants_memory(const char *said)
{
	return (strstr(said, "out of memory") != NULL ||
	    strstr(said, "emory alloc") != NULL ||
	    strstr(said, "nsufficient memory") != NULL);
}

int
job_fail_vips(struct job *job, unsigned status, const char *what)
{
	const char *said = vips_error_buffer();
	int error;

	if (wants_memory(said))
		error = job_fail_limit(job, RENDER_LIMIT_MEMORY,
		    "the image needs more memory than a renderer may have");
	else
		error = job_fail(job, status, "%s (%.*s)", what,
		    (int)strcspn(said, "\n"), said);
	vips_error_clear();
	return (error);
}

int
job_fail_damaged(struct job *job)
{
	char what[64];

	(void)snprintf(what, sizeof what,
	    "source is %s image that is damaged or incomplete",
	    format_label(job->source.kind));
	return (job_fail_vips(job, 422, what));
}
