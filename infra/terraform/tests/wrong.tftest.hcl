# What cannot be meant is refused before anything is touched.

mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  project      = "kiprah-kemenkum"
  alert_emails = ["jaga@example.go.id"]
  archive      = "tests/archive.txt"
}

run "nobody_is_told" {
  command = plan
  variables {
    alert_emails = []
  }
  expect_failures = [var.alert_emails]
}

run "an_address_instead_of_a_host" {
  command = plan
  variables {
    domain = "https://peringkat.example.go.id/"
  }
  expect_failures = [var.domain]
}

run "no_archive" {
  command = plan
  variables {
    archive = "tests/no-such-file.zip"
  }
  expect_failures = [var.archive]
}

run "an_archive_from_elsewhere" {
  command = plan
  variables {
    archive_object = "kiprah.zip"
  }
  expect_failures = [var.archive_object]
}

run "an_unknown_platform" {
  command = plan
  variables {
    platforms = ["x", "threads"]
  }
  expect_failures = [var.platforms]
}

run "a_secret_among_the_settings" {
  command = plan
  variables {
    settings = { KIPRAH_X_BEARER_TOKEN = "do-not" }
  }
  expect_failures = [var.settings]
}

run "a_setting_that_follows_from_others" {
  command = plan
  variables {
    settings = { KIPRAH_STORE = "sqlite:///kiprah.db" }
  }
  expect_failures = [var.settings]
}

run "an_agency_twice" {
  command = plan
  variables {
    agencies = [{ id = "a", name = "A" }, { id = "a", name = "B" }]
  }
  expect_failures = [var.agencies]
}

run "an_agency_whose_name_would_end_the_entry" {
  command = plan
  variables {
    agencies = [{ id = "a", name = "A; b=B" }, { id = "c", name = "C" }]
  }
  expect_failures = [var.agencies]
}

run "more_agencies_than_an_environment_holds" {
  command = plan
  variables {
    agencies = [for number in range(600) : { id = "instansi-${number}", name = "Kementerian dengan Nama yang Panjang ${number}" }]
  }
  expect_failures = [var.agencies]
}

run "a_share_for_nobody" {
  command = plan
  variables {
    shares = { kemenham = 2 }
  }
  expect_failures = [var.shares]
}

run "a_queue_without_calls" {
  command = plan
  variables {
    dispatches = { x = { concurrent = 0 } }
  }
  expect_failures = [var.dispatches]
}

run "an_admin_that_is_everybody" {
  command = plan
  variables {
    admins = ["allUsers"]
  }
  expect_failures = [var.admins]
}

run "a_prefix_that_makes_names_too_long" {
  command = plan
  variables {
    name_prefix = "kiprah-kementerian-hukum"
  }
  expect_failures = [var.name_prefix]
}

run "stale_before_a_job_has_come_round" {
  command = plan
  variables {
    stale_minutes = 20
  }
  expect_failures = [var.stale_minutes]
}

run "memory_for_no_function" {
  command = plan
  variables {
    memory = { dengar = "1Gi" }
  }
  expect_failures = [var.memory]
}

run "a_registry_that_is_never_read" {
  command = plan
  variables {
    registry_every = 0
  }
  expect_failures = [var.registry_every]
}
