# The queues: one for each platform, with its own rates, and one for the agencies' jobs. They are
# there even while nothing is fanned out: an empty queue costs nothing, and the name of a deleted one
# cannot be used for days.

locals {
  # concurrent: calls under way, each an instance of a function. A batch is up to a minute of reading
  # within what the planner reserved, so that these bound the spread, not the platforms' budgets.
  queue_defaults = {
    instagram = { per_second = 5, concurrent = 3 }
    facebook  = { per_second = 5, concurrent = 3 }
    x         = { per_second = 5, concurrent = 2 }
    tiktok    = { per_second = 5, concurrent = 2 }
    youtube   = { per_second = 5, concurrent = 2 }
    jobs      = { per_second = 10, concurrent = 10 }
  }

  queues = {
    for name, rate in local.queue_defaults : name => {
      per_second = coalesce(try(var.dispatches[name].per_second, null), rate.per_second)
      concurrent = coalesce(try(var.dispatches[name].concurrent, null), rate.concurrent)
    }
  }

  # Who puts tasks where: collect everywhere, score, publish and documents among the jobs.
  enqueuers = merge([
    for function, facts in local.functions : {
      for queue in facts.queues : "${function}/${queue}" => { function = function, queue = queue }
    }
  ]...)
}

resource "google_cloud_tasks_queue" "queues" {
  for_each = local.queues

  name     = "${var.name_prefix}-${each.key}"
  location = var.region

  rate_limits {
    max_dispatches_per_second = each.value.per_second
    max_concurrent_dispatches = each.value.concurrent
  }

  # A function answers 200 for whatever it is useless to repeat. What is left is a passing trouble:
  # tried again slower and slower, until the next run has planned the work anew.
  retry_config {
    max_attempts       = 5
    min_backoff        = "10s"
    max_backoff        = "120s"
    max_doublings      = 4
    max_retry_duration = "${(each.key == "jobs" ? local.cadences.score.every : local.cadences.collect.every) * 60}s"
  }

  # Nothing of a task but what the function says itself: a line for each of thousands says nothing.
  stackdriver_logging_config {
    sampling_ratio = 0.01
  }

  depends_on = [google_project_service.services]
}

resource "google_cloud_tasks_queue_iam_member" "enqueuers" {
  for_each = local.enqueuers

  location = var.region
  name     = google_cloud_tasks_queue.queues[each.value.queue].name
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.functions[each.value.function].member
}
