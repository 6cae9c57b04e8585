"""What surveys follow, without touching the database: pages and branches, judging answers, results, suppression."""
