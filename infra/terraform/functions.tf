# The functions: all from one archive and one map; what differs is the entry point, which is the
# entry's name where it says no other. Whoever is called by what is written in a collection names it
# in `document`; all others are called over HTTP.
#
# A job's function does one run at a time (concurrency 1): a run has the instance's memory and CPU
# for itself, and how many there are at once is what max_instances says. One whole vCPU, since with
# less a run takes as much longer as it costs less; but collecting waits most of its time and has the
# third of one that comes with its memory (cpu null). 512 MiB, since six weeks of 47 units take 80 MB
# to score and 63 MB to publish (measured on SQLite, 2026-11; Google's libraries come on top). None is
# kept warm: a start costs a second of a run that takes many, and an idle instance some US$ 10 a month.

locals {
  all_functions = {
    collect = {
      deployed    = true
      public      = false
      memory      = "512Mi"
      cpu         = null
      concurrency = 1
      # Every batch that the queues send at once, and the scheduled call that plans.
      max_instances = local.fan_out ? 1 + sum([for queue in values(local.queues) : queue.concurrent]) : 2
      timeout       = local.cadences.collect.timeout
      queues        = keys(local.queues)
      secrets       = keys(local.secrets)
    }
    score = {
      deployed      = true
      public        = false
      memory        = "512Mi"
      cpu           = "1"
      concurrency   = 1
      max_instances = local.fan_out ? 1 + local.queues.jobs.concurrent : 2
      timeout       = local.cadences.score.timeout
      queues        = ["jobs"]
      secrets       = ["KIPRAH_NOTIFY"]
    }
    publish = {
      deployed      = true
      public        = false
      memory        = "512Mi"
      cpu           = "1"
      concurrency   = 1
      max_instances = local.fan_out ? 1 + local.queues.jobs.concurrent : 2
      timeout       = local.cadences.publish.timeout
      queues        = ["jobs"]
      secrets       = []
    }
    # Off the half-hourly way, since it may take longer: 98 documents for a month of 47 units.
    documents = {
      deployed      = true
      public        = false
      memory        = "512Mi"
      cpu           = "1"
      concurrency   = 1
      max_instances = local.fan_out ? 1 + local.queues.jobs.concurrent : 2
      timeout       = local.cadences.documents.timeout
      queues        = ["jobs"]
      secrets       = []
    }
    # Once an hour, a request for each query: it waits most of its time.
    listen = {
      deployed      = var.listen
      public        = false
      memory        = "512Mi"
      cpu           = null
      concurrency   = 1
      max_instances = 2
      timeout       = local.cadences.listen.timeout
      queues        = []
      secrets       = concat(local.platform_secrets.x, local.business_secrets)
    }
    # Open to everybody, so few: what a flood can cost is three instances. It is only there when
    # TikTok is read. A page takes milliseconds, so that one instance serves many people.
    connect = {
      deployed      = contains(var.platforms, "tiktok")
      public        = true
      memory        = "512Mi"
      cpu           = "1"
      concurrency   = 20
      max_instances = 3
      timeout       = 60
      queues        = []
      secrets       = concat(["KIPRAH_TOKEN_KEY"], local.platform_secrets.tiktok)
    }
    # What an admin types is answered within seconds, while check_edits says so. An import of 500 units
    # is 500 events, each two reads where the answer stands already: few instances take that in a
    # minute. A unit's accounts are looked up at the platforms, as collecting does.
    check_satker = {
      deployed      = var.check_edits
      public        = false
      account       = "satker"
      document      = "agencies/{agency}/satker/{satker}"
      memory        = "512Mi"
      cpu           = null
      concurrency   = 1
      max_instances = 3
      timeout       = 120
      queues        = []
      secrets       = [for name in keys(local.secrets) : name if name != "KIPRAH_NOTIFY" && !contains(local.business_secrets, name)]
    }
    # One function has one trigger: the same code twice.
    check_decisions  = merge(local.contest, { document = "agencies/{agency}/decisions/{id}" })
    check_objections = merge(local.contest, { document = "agencies/{agency}/objections/{id}" })
  }

  contest = {
    deployed      = var.check_edits
    public        = false
    entry         = "check_contest"
    account       = "contest"
    memory        = "512Mi"
    cpu           = null
    concurrency   = 1
    max_instances = 2
    timeout       = 120
    queues        = []
    secrets       = []
  }

  # account: whom it runs as, in the account's name; its own name where it says no other. A name may
  # hold no underscore, and an account's at most 30 characters.
  functions = {
    for name, function in local.all_functions : name => merge(
      { entry = name, account = name, document = "" },
      function,
      { name = "${var.name_prefix}-${replace(name, "_", "-")}" },
    ) if function.deployed
  }
}

# Their settings. An empty one is none, and left out.
locals {
  common_settings = {
    KIPRAH_STORE    = "firestore://${var.project}/${var.database}"
    KIPRAH_TIMEZONE = var.timezone
    KIPRAH_AGENCIES = local.agencies
    KIPRAH_SHARES   = local.shares
  }

  function_settings = {
    # Every reading of the registry is paid for by the document.
    collect = { KIPRAH_REGISTRY_EVERY = tostring(local.registry_every) }
    # For the links in notices.
    score = { KIPRAH_SITE_URL = local.site_url }
    publish = {
      KIPRAH_SITE     = "gs://${google_storage_bucket.site.name}"
      KIPRAH_SITE_URL = local.site_url
      KIPRAH_FROZEN   = "gs://${google_storage_bucket.frozen.name}"
      KIPRAH_PRIVATE  = var.private_files ? "gs://${google_storage_bucket.alarms[0].name}" : ""
    }
    documents = {
      KIPRAH_SITE     = "gs://${google_storage_bucket.site.name}"
      KIPRAH_SITE_URL = local.site_url
    }
    connect = { KIPRAH_CONNECT_URL = local.addresses.connect }
  }

  # Those of a function that puts tasks, which call that same function.
  queue_settings = {
    for name in keys(local.all_functions) : name => {
      KIPRAH_QUEUE         = "tasks://${var.project}/${var.region}/${var.name_prefix}"
      KIPRAH_QUEUE_TARGET  = local.addresses[name]
      KIPRAH_QUEUE_ACCOUNT = google_service_account.invoker.email
    }
  }

  # What var.settings may not name.
  own_settings = setunion(
    keys(local.common_settings),
    keys(local.queue_settings.collect),
    flatten([for settings in values(local.function_settings) : keys(settings)]),
  )
}

resource "google_artifact_registry_repository" "functions" {
  location      = var.region
  repository_id = "${var.name_prefix}-functions"
  description   = "The functions' images, which Cloud Functions builds"
  format        = "DOCKER"
  # Each deployment leaves an image of 200 MB behind; a rollback builds its own anew.
  cleanup_policies {
    id     = "keep-the-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }
  cleanup_policies {
    id     = "delete-the-rest"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days
    }
  }
  depends_on = [google_project_service.services]
}

resource "google_cloudfunctions2_function" "functions" {
  for_each = local.functions

  name        = each.value.name
  location    = var.region
  description = "Kiprah: ${each.key}"

  build_config {
    runtime           = var.runtime
    entry_point       = each.value.entry
    docker_repository = google_artifact_registry_repository.functions.id
    service_account   = google_service_account.build.id
    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = local.archive_object
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.functions[each.value.account].email
    available_memory                 = lookup(var.memory, each.key, each.value.memory)
    available_cpu                    = each.value.cpu
    max_instance_request_concurrency = each.value.concurrency
    max_instance_count               = each.value.max_instances
    min_instance_count               = 0
    timeout_seconds                  = each.value.timeout
    # Scheduler, Tasks and Eventarc of this project count as internal; the internet is answered 404.
    ingress_settings               = each.value.public ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"
    all_traffic_on_latest_revision = true

    environment_variables = {
      for name, value in merge(
        var.settings,
        local.common_settings,
        lookup(local.function_settings, each.key, {}),
        local.fan_out && length(each.value.queues) > 0 ? local.queue_settings[each.key] : {},
      ) : name => value if value != ""
    }

    dynamic "secret_environment_variables" {
      for_each = setintersection(each.value.secrets, local.given_secrets)
      content {
        key        = secret_environment_variables.value
        project_id = var.project
        secret     = google_secret_manager_secret.secrets[secret_environment_variables.value].secret_id
        version    = lookup(var.secret_versions, secret_environment_variables.value, "latest")
      }
    }
  }

  dynamic "event_trigger" {
    for_each = each.value.document == "" ? [] : [each.value.document]
    content {
      # A trigger lies where its database does. Of a database in several regions (nam5, eur3) it would
      # be another name (Firestore, "Eventarc", 2026-11); var.region is always one region.
      trigger_region        = google_firestore_database.documents.location_id
      event_type            = "google.cloud.firestore.document.v1.written"
      service_account_email = google_service_account.invoker.email
      # What is missed here is answered by the next collection or scoring, which look at every document
      # anyhow; an event that can never succeed would be sent again for a day.
      retry_policy = "RETRY_POLICY_DO_NOT_RETRY"
      event_filters {
        attribute = "database"
        value     = google_firestore_database.documents.name
      }
      event_filters {
        attribute = "document"
        value     = event_trigger.value
        operator  = "match-path-pattern"
      }
    }
  }

  # What a build, a first start and a trigger need before they can succeed.
  depends_on = [
    google_artifact_registry_repository_iam_member.build_images,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source,
    google_project_iam_member.documents,
    google_project_iam_member.event_receiver,
    google_secret_manager_secret_iam_member.readers,
  ]
}
