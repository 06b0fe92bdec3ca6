"""Set up a Superset from nothing and serve it on loopback, until it is stopped.

Runs in the environment of this folder. `tools/loopback_superset.py` starts it and sets the variables.
"""

from __future__ import annotations

import os

from superset.app import create_app
from werkzeug.serving import run_simple

app = create_app()
with app.app_context():
    from flask_appbuilder import Model

    from superset import appbuilder, db, security_manager

    # The tables as they are now; the way to them through ten years of migrations takes half a minute.
    Model.metadata.create_all(db.engine)
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    security_manager.add_user(
        os.environ["LOOPBACK_USER"],
        "Werk",
        "Peil",
        "admin@example.org",
        security_manager.find_role("Admin"),
        os.environ["LOOPBACK_PASSWORD"],
    )
run_simple("127.0.0.1", int(os.environ["LOOPBACK_PORT"]), app, threaded=True)
