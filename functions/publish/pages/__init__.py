"""Every page of the site: its model beside its builder."""
