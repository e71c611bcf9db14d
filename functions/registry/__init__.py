"""Who is measured: the satker of an agency and their accounts."""
