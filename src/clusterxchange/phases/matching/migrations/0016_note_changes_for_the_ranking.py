"""What the ranking reads is noted as changed by the database itself, so that a list looks at nothing else."""

import django.db.models.deletion
from django.db import migrations, models

WRITE = """
create function note_ranking_changes(organisations bigint[], participations bigint[]) returns void language sql as $$
  insert into matching_rankingchange (participation_id, edition_id, role, changed_by)
  select p.id, p.edition_id, p.role, pg_current_xact_id()::text::bigint
  from registration_participation p
  where p.organisation_id = any(organisations) or p.id = any(participations)
  order by p.id
  on conflict (participation_id) do update set
    edition_id = excluded.edition_id, role = excluded.role, changed_by = excluded.changed_by
  where matching_rankingchange.changed_by <> excluded.changed_by
$$;

create function ranking_follows_participation() returns trigger language plpgsql as $$
begin
  perform note_ranking_changes('{}', array[new.id]);
  return null;
end $$;
create trigger ranking_of_changed after insert or update on registration_participation
  for each row execute function ranking_follows_participation();

create function ranking_forgets_participation() returns trigger language plpgsql as $$
begin
  update matching_rankingchange set changed_by = pg_current_xact_id()::text::bigint where participation_id = old.id;
  return null;
end $$;
create trigger ranking_of_removed after delete on registration_participation
  for each row execute function ranking_forgets_participation();

create function ranking_follows_organisation() returns trigger language plpgsql as $$
begin
  perform note_ranking_changes(array[new.id], '{}');
  return null;
end $$;
create trigger ranking_of_changed after update on organisations_organisation
  for each row execute function ranking_follows_organisation();

create function ranking_follows_parts() returns trigger language plpgsql as $$
begin
  perform note_ranking_changes('{}', array(select distinct participation_id from changed));
  return null;
end $$;
create trigger ranking_of_new after insert on registration_availabilitywindow
  referencing new table as changed for each statement execute function ranking_follows_parts();
create trigger ranking_of_changed after update on registration_availabilitywindow
  referencing new table as changed for each statement execute function ranking_follows_parts();
create trigger ranking_of_removed after delete on registration_availabilitywindow
  referencing old table as changed for each statement execute function ranking_follows_parts();

create trigger ranking_of_new after insert on matching_matchingprofile
  referencing new table as changed for each statement execute function ranking_follows_parts();
create trigger ranking_of_removed after delete on matching_matchingprofile
  referencing old table as changed for each statement execute function ranking_follows_parts();
create function ranking_follows_profile() returns trigger language plpgsql as $$
begin
  perform note_ranking_changes('{}', array[new.participation_id]);
  return null;
end $$;
create trigger ranking_of_changed after update on matching_matchingprofile for each row
  when ((old.text_sha256, old.model, old.price) is distinct from (new.text_sha256, new.model, new.price))
  execute function ranking_follows_profile();

create function ranking_follows_places() returns trigger language plpgsql as $$
begin
  perform note_ranking_changes('{}', array(select distinct host_participation_id from changed where state = 'ACCEPTED'));
  return null;
end $$;
create trigger ranking_of_new after insert on matching_proposal
  referencing new table as changed for each statement execute function ranking_follows_places();
create trigger ranking_of_removed after delete on matching_proposal
  referencing old table as changed for each statement execute function ranking_follows_places();
create function ranking_follows_proposal() returns trigger language plpgsql as $$
begin
  perform note_ranking_changes('{}', array[old.host_participation_id, new.host_participation_id]);
  return null;
end $$;
create trigger ranking_of_changed after update on matching_proposal for each row
  when ((old.state, old.releases_place, old.host_participation_id)
    is distinct from (new.state, new.releases_place, new.host_participation_id))
  execute function ranking_follows_proposal();

select note_ranking_changes('{}', array(select id from registration_participation));
"""

UNWRITE = """
drop trigger ranking_of_changed on matching_proposal;
drop trigger ranking_of_removed on matching_proposal;
drop trigger ranking_of_new on matching_proposal;
drop trigger ranking_of_changed on matching_matchingprofile;
drop trigger ranking_of_removed on matching_matchingprofile;
drop trigger ranking_of_new on matching_matchingprofile;
drop trigger ranking_of_removed on registration_availabilitywindow;
drop trigger ranking_of_changed on registration_availabilitywindow;
drop trigger ranking_of_new on registration_availabilitywindow;
drop trigger ranking_of_changed on organisations_organisation;
drop trigger ranking_of_removed on registration_participation;
drop trigger ranking_of_changed on registration_participation;
drop function ranking_follows_proposal();
drop function ranking_follows_places();
drop function ranking_follows_profile();
drop function ranking_follows_parts();
drop function ranking_follows_organisation();
drop function ranking_forgets_participation();
drop function ranking_follows_participation();
drop function note_ranking_changes(bigint[], bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0015_find_by_cells"),
        ("scheme", "0003_let_a_document_hold_again"),
    ]

    operations = [
        migrations.CreateModel(
            name="RankingChange",
            fields=[
                ("participation_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("role", models.CharField(max_length=5)),
                ("changed_by", models.BigIntegerField()),
                ("edition", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="scheme.edition")),
            ],
            options={
                "indexes": [models.Index(fields=["edition", "role", "changed_by"], name="changes_of_a_role")],
            },
        ),
        migrations.RunSQL(WRITE, UNWRITE),
    ]
