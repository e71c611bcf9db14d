# What an installation may choose. Two have no default: the project, and who is told when something
# is wrong.

# Where

variable "project" {
  description = "The Google Cloud project's id. A project of its own: alerts, audit logs and the budget are the whole project's."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "The project must be a project's id: 6 to 30 lower case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Where everything runs and lies. Jakarta; the database can never move."
  type        = string
  default     = "asia-southeast2"
  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]$", var.region))
    error_message = "The region must be one region's name, such as asia-southeast2."
  }
}

variable "name_prefix" {
  description = "What the names of everything begin with; another one for a second installation in one project."
  type        = string
  default     = "kiprah"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name_prefix))
    error_message = "The prefix must be 2 to 20 lower case letters, digits and hyphens: an account's name has at most 30."
  }
}

variable "database" {
  description = "The Firestore database's name. A project's free quota is one database's, so the default one."
  type        = string
  default     = "(default)"
  validation {
    condition     = var.database == "(default)" || can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.database))
    error_message = "The database must be (default), or 4 to 63 lower case letters, digits and hyphens."
  }
}

# Whom it is for

variable "timezone" {
  description = "The time zone that bounds months, and of the schedules."
  type        = string
  default     = "Asia/Jakarta"
  validation {
    condition     = can(regex("^[A-Z][A-Za-z_]+(/[A-Za-z_+-]+)+$", var.timezone))
    error_message = "The time zone must be a tz database name, such as Asia/Jakarta or Asia/Makassar."
  }
}

variable "registry_every" {
  description = "Minutes between two readings of the registry's documents by collecting: at most so late an admin's change counts. Null: 15 for one agency, 60 for each of several, since every document read is paid for."
  type        = number
  default     = null
  validation {
    condition     = var.registry_every == null ? true : (var.registry_every >= 1 && var.registry_every <= 1440 && floor(var.registry_every) == var.registry_every)
    error_message = "The minutes between two readings of the registry must be a whole number, 1 to 1440."
  }
}

variable "agencies" {
  description = "The agencies, when there are several; the first one's site is the root. Empty: one agency, kemenkum."
  type = list(object({
    id       = string
    name     = string
    timezone = optional(string)
  }))
  default = []
  validation {
    condition     = alltrue([for agency in var.agencies : can(regex("^[a-z0-9][a-z0-9-]{0,39}$", agency.id))])
    error_message = "Each agency's id must be at most 40 lower case letters, digits and hyphens, and not begin with a hyphen."
  }
  validation {
    condition     = length(distinct(var.agencies[*].id)) == length(var.agencies)
    error_message = "Each agency must have an id of its own."
  }
  validation {
    condition = alltrue([
      for agency in var.agencies : can(regex("^[^;=@]{1,100}$", agency.name)) && trimspace(agency.name) != ""
    ])
    error_message = "Each agency's name must have 1 to 100 characters, without ; = and @."
  }
  validation {
    condition = length(base64encode(join("; ", [
      for agency in var.agencies : "${agency.id}=${agency.name}@${agency.timezone == null ? "" : agency.timezone}"
    ]))) * 3 / 4 <= 28000
    error_message = "The agencies' ids and names must take 28,000 bytes together at most: a function's environment holds 32 KiB."
  }
}

variable "shares" {
  description = "How much of the shared credentials an agency gets, beside the others: its id and a weight. One that is not named has 1."
  type        = map(number)
  default     = {}
  validation {
    condition     = alltrue([for weight in values(var.shares) : weight >= 1 && weight <= 9999 && weight == floor(weight)])
    error_message = "Each share must be a whole number from 1 to 9999."
  }
  validation {
    condition     = length(setsubtract(keys(var.shares), var.agencies[*].id)) == 0
    error_message = "Each share must be an agency's that the variable agencies names."
  }
}

variable "platforms" {
  description = "The platforms whose secrets have a version each (make secret): only theirs are mounted, since a secret without a version fails a deployment. YouTube without a key is read by its public feeds."
  type        = set(string)
  default     = []
  validation {
    condition     = length(setsubtract(var.platforms, ["instagram", "facebook", "x", "tiktok", "youtube"])) == 0
    error_message = "The platforms must be among instagram, facebook, x, tiktok and youtube."
  }
}

variable "notify" {
  description = "Whether units are told by mail or webhook: the secret KIPRAH_NOTIFY has a version (make secret), which collect and score are given."
  type        = bool
  default     = false
}

variable "secret_versions" {
  description = "The version of a secret to use, by its setting's name; the latest one where none is named. A number pins what is rolled back."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^([0-9]+|latest)$", version))])
    error_message = "Each secret's version must be a number, or latest."
  }
  validation {
    condition     = length(setsubtract(keys(var.secret_versions), keys(local.secrets))) == 0
    error_message = "The versions must be those of secret settings, such as KIPRAH_X_BEARER_TOKEN."
  }
}

variable "settings" {
  description = "Further settings for every function, by name: budgets, versions, cadences, a notice. See the README's table."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^KIPRAH_[A-Z_]+$", name))])
    error_message = "The settings must be named KIPRAH_…, as the README's table has them."
  }
  validation {
    condition     = length(setintersection(keys(var.settings), keys(local.secrets))) == 0
    error_message = "A secret must not stand in the settings: give it to Secret Manager with make secret."
  }
  validation {
    condition     = length(setintersection(keys(var.settings), local.own_settings)) == 0
    error_message = "The settings must not name what has a variable of its own, or follows from the others: place, queue, agencies, time zone."
  }
}

# How it runs

variable "archive" {
  description = "The functions' source as a zip, which make archive makes. Seen from this folder."
  type        = string
  default     = "../kiprah.zip"
  validation {
    condition     = var.archive_object != "" || fileexists(var.archive)
    error_message = "There is no such archive: run make archive first."
  }
}

variable "archive_object" {
  description = "An archive that is in the source bucket already, to roll back to (make rollback); empty: the archive above."
  type        = string
  default     = ""
  validation {
    condition     = var.archive_object == "" || can(regex("^archives/[0-9a-f]{64}\\.zip$", var.archive_object))
    error_message = "The archive's object must be one of the source bucket's: archives/SHA256.zip."
  }
}

variable "runtime" {
  description = "The functions' Python. 3.12 is supported until October 2028."
  type        = string
  default     = "python312"
  validation {
    condition     = contains(["python311", "python312", "python313", "python314"], var.runtime)
    error_message = "The runtime must be python311, python312, python313 or python314."
  }
}

variable "memory" {
  description = "Memory of a function that needs other than the default (functions.tf), by its name."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for size in values(var.memory) : can(regex("^([0-9]+)(Mi|Gi)$", size))])
    error_message = "Each size must be a number of Mi or Gi, such as 512Mi or 2Gi."
  }
  validation {
    condition     = length(setsubtract(keys(var.memory), keys(local.all_functions))) == 0
    error_message = "Memory can be given to collect, score, publish, documents, listen, connect, check_satker, check_decisions and check_objections."
  }
}

variable "check_edits" {
  description = "Whether what an admin types is checked and answered within seconds, by a function that each change of a document calls. Without it collecting and scoring answer at their next run."
  type        = bool
  default     = true
}

variable "listen" {
  description = "Whether the queries of settings/listening are counted on X, hourly, as far as their own money goes (docs/volume.md)."
  type        = bool
  default     = false
  validation {
    condition     = !var.listen || contains(var.platforms, "x")
    error_message = "Counting on X needs X's secret: name x in platforms."
  }
}

variable "tiktok_business" {
  description = "Whether the secrets of TikTok's Business app have a version: comments of TikTok accounts are read by it, with a consent of their own."
  type        = bool
  default     = false
  validation {
    condition     = !var.tiktok_business || (var.listen && contains(var.platforms, "tiktok"))
    error_message = "Comments are read by listen, of accounts whose platform is named: set listen, and name tiktok in platforms."
  }
}

variable "fan_out" {
  description = "Whether work is shared among many calls by Cloud Tasks: a tick's reading by platform, scoring and publishing by agency. Null: with more than one agency."
  type        = bool
  default     = null
}

variable "dispatches" {
  description = "A queue's rates, by platform, or jobs for the agencies': calls begun in a second, and calls under way together."
  type = map(object({
    per_second = optional(number)
    concurrent = optional(number)
  }))
  default = {}
  validation {
    condition     = length(setsubtract(keys(var.dispatches), keys(local.queue_defaults))) == 0
    error_message = "The rates must be of instagram, facebook, x, tiktok, youtube or jobs."
  }
  validation {
    condition = alltrue([
      for rate in values(var.dispatches) :
      coalesce(rate.per_second, 1) > 0 && coalesce(rate.per_second, 1) <= 500
      && coalesce(rate.concurrent, 1) >= 1 && coalesce(rate.concurrent, 1) <= 100
    ])
    error_message = "A queue begins more than 0 and at most 500 calls in a second, and has 1 to 100 under way."
  }
}

# What is public

variable "domain" {
  description = "The site's host name, such as peringkat.example.go.id: brings a load balancer, a certificate, Cloud CDN and security headers (some US$ 18 a month). Empty: the bucket alone, whose inner pages no browser finds by their folders."
  type        = string
  default     = ""
  validation {
    condition     = var.domain == "" || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "The domain must be a host name in lower case without https://, such as peringkat.example.go.id."
  }
}

# Who is told, who may edit

variable "alert_emails" {
  description = "The mail addresses that are told when something is wrong. At least one: nobody looks at a dashboard at night."
  type        = list(string)
  validation {
    condition     = length(var.alert_emails) > 0 && alltrue([for address in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "At least one mail address must be named, each like nama@example.go.id."
  }
}

variable "admins" {
  description = "Who keeps the registry and decides in the Firestore console, as user:… or group:…. They read and write documents, and nothing else."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for member in var.admins : can(regex("^(user|group):[^@\\s]+@[^@\\s]+$", member))])
    error_message = "Each admin must be user:nama@example.go.id or group:nama@example.go.id."
  }
}

variable "private_files" {
  description = "Whether alarms are also kept as files for staff, in a closed bucket of their own, for a hundred days."
  type        = bool
  default     = false
}

variable "private_readers" {
  description = "Who may read those files, as user:… or group:…. Nobody else may, the site's readers least of all."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for member in var.private_readers : can(regex("^(user|group):[^@\\s]+@[^@\\s]+$", member))])
    error_message = "Each reader must be user:nama@example.go.id or group:nama@example.go.id."
  }
  validation {
    condition     = var.private_files || length(var.private_readers) == 0
    error_message = "There are readers of files that are not kept: set private_files = true."
  }
}

variable "stale_minutes" {
  description = "After how long without one good run of a job somebody is told. Two whole cadences at least, so that one slip wakes nobody."
  type        = number
  default     = 90
  validation {
    condition     = var.stale_minutes >= 60 && var.stale_minutes <= 1380 && var.stale_minutes == floor(var.stale_minutes)
    error_message = "The minutes must be a whole number from 60 to 1380: two cadences of the slowest job, and what Cloud Monitoring looks back."
  }
}

variable "billing_account" {
  description = "The billing account (012345-6789AB-CDEF01) for a budget with warnings; empty: no budget."
  type        = string
  default     = ""
  validation {
    condition     = var.billing_account == "" || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "The billing account must look like 012345-6789AB-CDEF01."
  }
}

variable "budget" {
  description = "The month's budget in whole units of the billing account's own currency. It warns; it stops nothing."
  type        = number
  default     = 50
  validation {
    condition     = var.budget >= 1 && var.budget == floor(var.budget)
    error_message = "The budget must be a whole number of at least 1."
  }
}

# How long things are kept

variable "backup_days" {
  description = "How long the database's daily backups are kept; the weekly ones are kept for eight weeks."
  type        = number
  default     = 7
  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 98 && var.backup_days == floor(var.backup_days)
    error_message = "The daily backups must be kept for 1 to 98 days, a whole number."
  }
}

variable "exports_days" {
  description = "How long what kiprah backup puts into the private bucket is kept."
  type        = number
  default     = 365
  validation {
    condition     = var.exports_days >= 7 && var.exports_days == floor(var.exports_days)
    error_message = "What is exported must be kept for a whole number of days, 7 at least."
  }
}

variable "frozen_years" {
  description = "How long nobody can change or delete a month's frozen files."
  type        = number
  default     = 5
  validation {
    condition     = var.frozen_years >= 1 && var.frozen_years <= 100 && var.frozen_years == floor(var.frozen_years)
    error_message = "The years must be a whole number from 1 to 100."
  }
}

variable "frozen_locked" {
  description = "Lock that retention. It can never be undone, nor shortened, and the project cannot be deleted before: only when all else is settled."
  type        = bool
  default     = false
}

variable "log_days" {
  description = "How long logs are kept. Thirty days cost nothing."
  type        = number
  default     = 30
  validation {
    condition     = var.log_days >= 1 && var.log_days <= 3650 && var.log_days == floor(var.log_days)
    error_message = "Logs must be kept for 1 to 3650 days, a whole number."
  }
}

variable "audit_days" {
  description = "How long is kept who edited what in the database."
  type        = number
  default     = 400
  validation {
    condition     = var.audit_days >= 30 && var.audit_days <= 3650 && var.audit_days == floor(var.audit_days)
    error_message = "Audit logs must be kept for 30 to 3650 days, a whole number."
  }
}
