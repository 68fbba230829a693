"""Key material: imported, lost, rotated. The numbers are those of model_states.py."""

from model_states import SYMMETRIC, Material, Refused, check, state_error
from model_time import DAY, HOUR, MINUTE

NOT_PRIMARY = "{} is not a multi-region primary key."


class Materials:
    """What happens to the material of keys.

    Attributes:
        time: what it falls due in.
    """

    time: object

    # Imported material (operations 3.8, states 5.2)

    def get_parameters(self, key):
        check(key, "GetParametersForImport", self._not_external(key))

    def _not_external(self, key):
        if key.external:
            return None
        text = f"{key.arn} origin is {key.shared.origin} which is not valid for this operation."
        return Refused("UnsupportedOperationException", text=text)

    def import_material(self, key, token, secret, *, kind=None, expires=None):
        """Give the material that was imported.

        Args:
            token: the key that its import token is for, and when it was made.
            kind: NEW, EXISTING or None for the default.
        """
        check(key, "ImportKeyMaterial", self._not_external(key))
        token_of, token_made = token
        if token_of is not key:
            raise Refused("InvalidImportTokenException")
        if self.time.now - token_made >= 24 * HOUR:
            raise Refused("ExpiredImportTokenException")
        shared, was_complete = key.shared, key.complete
        known = {m.secret: m for m in (*shared.materials, shared.waiting) if m is not None}
        if (kind or ("EXISTING" if known else "NEW")) == "NEW":
            material = self._new_material(key, secret, known)
        elif secret in known:
            material = known[secret]
        else:
            raise Refused("IncorrectKeyMaterialException")
        key.imported[material] = expires
        key.had_import = True
        if key.complete and not was_complete:
            key.enabled = True
        if expires is not None:
            self.time.at(expires, lambda: self._expire(key, material, expires))
        return material

    def _new_material(self, key, secret, known):
        """The first is current at once, a later one waits, one at a time, in the primary."""
        shared = key.shared
        if key.is_replica:
            text = NOT_PRIMARY.format(key.arn)
            raise Refused("UnsupportedOperationException", text=text)
        if secret in known:
            raise Refused("IncorrectKeyMaterialException")
        if shared.waiting is not None:
            raise Refused("KMSInvalidStateException")
        material = Material(secret)
        if shared.materials:
            shared.waiting = material
        else:
            shared.materials.append(material)
        return material

    def _expire(self, key, material, when):
        here = key.shared.members.get(key.region) is key
        if here and key.imported.get(material) == when:
            self._drop(key, material)

    def delete_material(self, key, material):
        check(key, "DeleteImportedKeyMaterial", self._not_external(key))
        if material is None:
            material = key.shared.materials[-1] if key.shared.materials else None
        elif material is not key.shared.waiting and material not in key.shared.materials:
            raise Refused("NotFoundException")
        self._drop(key, material)
        return material

    def _drop(self, key, material):
        """The primary's waiting material goes everywhere, a replica's from there alone."""
        key.imported.pop(material, None)
        if material is not None and material is key.shared.waiting and not key.is_replica:
            key.shared.waiting = None
            for member in key.shared.members.values():
                member.imported.pop(material, None)

    # Rotation (operations 3.7, states 5.5)

    def _rotates(self, key, *origins):
        if key.shared.origin not in origins:
            return self._not_external(key) or Refused("UnsupportedOperationException")
        if key.shared.spec != SYMMETRIC:
            return Refused("UnsupportedOperationException")
        if key.is_replica:
            text = NOT_PRIMARY.format(key.arn)
            return Refused("UnsupportedOperationException", text=text)
        return None

    def _check_rotation(self, key, operation, type_error):
        """AWS writes "1 or 7", "3 or 7": either may win."""
        state = state_error(key, operation)
        if state is not None and type_error is not None:
            raise Refused(*state.codes, *type_error.codes)
        check(key, operation, type_error)

    def enable_rotation(self, key, days):
        self._check_rotation(key, "EnableKeyRotation", self._rotates(key, "AWS_KMS"))
        if key.shared.period != days:  # that the same period again changes nothing is assumed
            key.shared.period = days
            self._rotate_at(key.shared, self.time.now + days * DAY)

    def disable_rotation(self, key):
        self._check_rotation(key, "DisableKeyRotation", self._rotates(key, "AWS_KMS"))
        key.shared.period = key.shared.next_rotation = None

    def _rotate_at(self, shared, when):
        shared.next_rotation = when

        def rotate():
            primary = shared.members.get(shared.primary)
            usable = primary is not None and primary.state in ("Enabled", "Updating")
            if shared.next_rotation == when and usable:
                self._rotate(shared, "AUTOMATIC")

        self.time.at(when, rotate)

    def _rotate(self, shared, how):
        shared.materials.append(Material(rotated=(self.time.now, how)))
        self._rotate_at(shared, self.time.now + shared.period * DAY)

    def _resume_rotation(self, shared):
        """Material older than the period rotates at once; else the old schedule goes on."""
        period, newest = shared.period * DAY, shared.materials[-1]
        born = newest.rotated[0] if newest.rotated else shared.members[shared.primary].created
        if self.time.now - born >= period:
            self._rotate(shared, "AUTOMATIC")
            return
        when = shared.next_rotation
        while when <= self.time.now:
            when += period
        self._rotate_at(shared, when)

    def rotate_on_demand(self, key):
        check(key, "RotateKeyOnDemand", self._rotates(key, "AWS_KMS", "EXTERNAL"))
        shared = key.shared
        if key.external and not (shared.waiting and shared.is_everywhere(shared.waiting)):
            text = f"No available key material pending rotation for the key: {key.arn}."
            raise Refused("KMSInvalidStateException", text=text)
        if shared.on_demand == 25:
            raise Refused("LimitExceededException")
        near = shared.next_rotation is not None
        near = near and shared.next_rotation - self.time.now <= 20 * MINUTE
        if near or shared.rotating is not None:
            raise Refused("ConflictException")
        shared.on_demand += 1
        shared.rotating = self.time.now
        self.time.after("rotation", lambda: self._finish_on_demand(shared))

    def _finish_on_demand(self, shared):
        shared.rotating = None
        if shared.origin == "AWS_KMS":
            shared.materials.append(Material(rotated=(self.time.now, "ON_DEMAND")))
        elif shared.waiting is not None:
            shared.waiting.rotated = (self.time.now, "ON_DEMAND")
            shared.materials.append(shared.waiting)
            shared.waiting = None

    # What a key shows

    def rotation_status(self, key):
        """GetKeyRotationStatus: is it on, with which period, and when (states 5.5)."""
        shared = key.shared
        on = shared.period is not None and key.window is None
        return (True, shared.period, shared.next_rotation) if on else (False, None, None)

    def listed_materials(self, key):
        """ListKeyRotations of all material: which, in which state, imported or not (3.7, 3.8)."""
        shared = key.shared
        rows = [
            (material, "CURRENT" if material is shared.materials[-1] else "NON_CURRENT")
            for material in shared.materials
        ]
        if shared.waiting is not None:
            everywhere = shared.is_everywhere(shared.waiting)
            waits = "" if everywhere else "MULTI_REGION_IMPORT_AND_"
            rows.append((shared.waiting, f"PENDING_{waits}ROTATION"))
        return [
            (
                material,
                state,
                ("IMPORTED" if material in key.imported else "PENDING_IMPORT")
                if key.external
                else None,
            )
            for material, state in rows
        ]

    def valid_to(self, key):
        """When the first of the key's own materials expires (states 5.2)."""
        dates = [key.imported.get(material) for material in key.shared.materials]
        return min((date for date in dates if date is not None), default=None)
