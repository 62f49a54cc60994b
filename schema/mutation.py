"""The root of changes."""

import strawberry

from schema.changes import admins, own_organization, tags, trials


@strawberry.type(
    description="Everything that can be changed. Each change is made as a whole, with its audit event, or not at all;"
    " expected failures are `userErrors`. Several in one operation are made one after the other."
)
class Mutation:
    create_tag = tags.create_tag
    update_tag = tags.update_tag
    delete_tag = tags.delete_tag
    add_tags = tags.add_tags
    remove_tags = tags.remove_tags
    start_trial = trials.start_trial
    extend_trial = trials.extend_trial
    cancel_trial = trials.cancel_trial
    convert_trial = trials.convert_trial
    add_partner_admin = admins.add_partner_admin
    set_partner_admin_roles = admins.set_partner_admin_roles
    assign_partner_admin = admins.assign_partner_admin
    unassign_partner_admin = admins.unassign_partner_admin
    accept_own_organization_terms = own_organization.accept_terms
    complete_own_organization_setup = own_organization.complete_setup
