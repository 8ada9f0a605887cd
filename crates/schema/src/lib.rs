//! The tables, the same in both databases (`tests/api/database.rs` compares both with this file), and the type of sealed
//! columns.
//!
//! A crate of its own, because a quarter of all code that the compiler sees is made here: what does not change need not be
//! made again for every other line that does (docs/performance.md).

use diesel::query_builder::QueryId;
use diesel::sql_types::SqlType;

/// The type of a column of sealed texts; in the database it is a text. What is written there and read from it has a type of its
/// own in the application, so that no query can write or compare a plain text by mistake.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(sqlite_type(name = "Text"), postgres_type(oid = 25, array_oid = 1009))]
pub struct Ciphertext;

diesel::table! {
    agencies (id) {
        id -> BigInt,
        version -> BigInt,
        code -> Text,
        name -> Text,
        search_norm -> Text,
        parent_id -> Nullable<BigInt>,
        bloc -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        clerk_may_submit -> Bool,
        confirmed -> Bool,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        version -> BigInt,
        username -> Text,
        full_name -> Text,
        agency_id -> Nullable<BigInt>,
        official_id -> Nullable<BigInt>,
        password_hash -> Nullable<Text>,
        active -> Bool,
        created_at -> Timestamp,
        email -> Nullable<Text>,
        second_factor_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    user_roles (user_id, ord) {
        user_id -> BigInt,
        ord -> BigInt,
        role -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    seats (user_id, ord) {
        user_id -> BigInt,
        ord -> BigInt,
        body -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    substitutions (id) {
        id -> BigInt,
        version -> BigInt,
        from_user_id -> BigInt,
        to_user_id -> BigInt,
        body -> Text,
        signed_as -> Text,
        procedures -> Text,
        steps -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        document_number -> Text,
        document_date -> Date,
        created_by -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    past_seats (id) {
        id -> BigInt,
        user_id -> BigInt,
        body -> Text,
        valid_from -> Date,
        valid_to -> Date,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        user_id -> BigInt,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        cookie_digest -> Nullable<Text>,
        last_used_at -> Nullable<Timestamp>,
        address -> Nullable<Text>,
        agent -> Nullable<Text>,
        proved_at -> Nullable<Timestamp>,
        factor -> Nullable<Text>,
    }
}

diesel::table! {
    account_requests (id) {
        id -> BigInt,
        act -> Text,
        user_id -> Nullable<BigInt>,
        username -> Text,
        version -> Nullable<BigInt>,
        body -> Text,
        asked_by -> BigInt,
        asked_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    second_factors (user_id) {
        user_id -> BigInt,
        secret -> Ciphertext,
        last_step -> BigInt,
        wrong_step -> BigInt,
        wrong_in_step -> BigInt,
        wrong_in_row -> BigInt,
    }
}

diesel::table! {
    recovery_codes (digest) {
        digest -> Text,
        user_id -> BigInt,
    }
}

diesel::table! {
    sign_in_tickets (digest) {
        digest -> Text,
        user_id -> BigInt,
        expires_at -> Timestamp,
    }
}

diesel::joinable!(sign_in_tickets -> users (user_id));

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    provider_links (user_id) {
        user_id -> BigInt,
        identity -> Text,
        label -> Nullable<Ciphertext>,
        linked_at -> Timestamp,
    }
}

diesel::joinable!(provider_links -> users (user_id));

diesel::table! {
    sign_in_waits (lane) {
        lane -> Text,
        failures -> BigInt,
        since -> Timestamp,
        until -> Timestamp,
        told_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    known_devices (digest) {
        digest -> Text,
        user_id -> BigInt,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
    }
}

diesel::table! {
    user_settings (user_id) {
        user_id -> BigInt,
        language -> Nullable<Text>,
        shortcuts -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    working_copies (user_id, name) {
        user_id -> BigInt,
        name -> Text,
        body -> Ciphertext,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Text,
        session_id -> BigInt,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    one_time_tokens (digest) {
        digest -> Text,
        user_id -> BigInt,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    signing_keys (kid) {
        kid -> Text,
        secret -> Ciphertext,
        created_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    officials (id) {
        id -> BigInt,
        version -> BigInt,
        full_name -> Text,
        search_norm -> Text,
        agency_id -> BigInt,
        post -> Text,
        post_level -> Text,
        personnel -> Text,
        grade -> Nullable<Text>,
        party_member -> Bool,
        provincial_committee_member -> Bool,
        key_leader -> Bool,
        opening_year -> Nullable<BigInt>,
        opening_count -> BigInt,
        left_on -> Nullable<Date>,
        merged_into -> Nullable<BigInt>,
        birth_date -> Nullable<Ciphertext>,
    }
}

diesel::table! {
    field_keys (key_id) {
        key_id -> Text,
        whole -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    subject_requests (id) {
        id -> BigInt,
        version -> BigInt,
        kind -> Text,
        subject -> Ciphertext,
        contact -> Nullable<Ciphertext>,
        note -> Nullable<Ciphertext>,
        received_on -> Date,
        reply_due_on -> Date,
        replied_on -> Nullable<Date>,
        due_on -> Date,
        extended_until -> Nullable<Date>,
        extension_reason -> Nullable<Ciphertext>,
        closed_on -> Nullable<Date>,
        outcome -> Nullable<Text>,
        ground -> Nullable<Ciphertext>,
        created_by -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    incidents (id) {
        id -> BigInt,
        version -> BigInt,
        title -> Text,
        description -> Ciphertext,
        detected_at -> Timestamp,
        noticed_at -> Nullable<Timestamp>,
        reported_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        conclusion -> Nullable<Ciphertext>,
        created_by -> BigInt,
    }
}

diesel::table! {
    official_moves (id) {
        id -> BigInt,
        official_id -> BigInt,
        from_id -> BigInt,
        to_id -> Nullable<BigInt>,
        on_day -> Date,
        document -> Nullable<Text>,
    }
}

diesel::table! {
    management_levels (id) {
        id -> BigInt,
        official_id -> BigInt,
        managed_by -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    passports (id) {
        id -> BigInt,
        official_id -> BigInt,
        kind -> Text,
        passport_number -> Ciphertext,
        issued_on -> Nullable<Date>,
        expires_on -> Date,
        standing -> Text,
        standing_since -> Nullable<Date>,
        standing_document -> Nullable<Text>,
    }
}

diesel::table! {
    duties (id) {
        id -> BigInt,
        version -> BigInt,
        delegation_id -> BigInt,
        code -> Text,
        agency_id -> BigInt,
        official_id -> Nullable<BigInt>,
        task -> Nullable<Text>,
        citation -> Text,
        due_on -> Nullable<Date>,
        done_on -> Nullable<Date>,
        done_note -> Nullable<Text>,
        excused_until -> Nullable<Date>,
        excuse -> Nullable<Text>,
        overridden -> Nullable<Text>,
        settlement -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    custodies (id) {
        id -> BigInt,
        version -> BigInt,
        delegation_id -> BigInt,
        official_id -> BigInt,
        passport_id -> BigInt,
        duty_id -> BigInt,
        handed_over_on -> Date,
        receipt -> Text,
        returned_on -> Nullable<Date>,
        lost_on -> Nullable<Date>,
    }
}

diesel::table! {
    disciplines (id) {
        id -> BigInt,
        official_id -> BigInt,
        kind -> Text,
        document -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    regulations (id) {
        id -> BigInt,
        code -> Text,
        pack_version -> BigInt,
        source -> Text,
        loaded_at -> Timestamp,
    }
}

diesel::table! {
    approval_steps (delegation_id, ord) {
        delegation_id -> BigInt,
        ord -> BigInt,
        procedure -> Text,
        title -> Text,
        agency_id -> BigInt,
        kind -> Text,
        body -> Nullable<Text>,
        within_value -> Nullable<BigInt>,
        within_unit -> Nullable<Text>,
        due_on -> Nullable<Date>,
        citation -> Text,
        standing -> Text,
        outcome -> Nullable<Text>,
        acted_by -> Nullable<BigInt>,
        acted_at -> Nullable<Timestamp>,
        silence -> Nullable<Text>,
        on_behalf_of -> Nullable<BigInt>,
        substitution_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    acts (id) {
        id -> BigInt,
        procedure -> Text,
        delegation_id -> BigInt,
        at -> Timestamp,
        action -> Text,
        actor_id -> BigInt,
        on_behalf_of -> Nullable<BigInt>,
        body -> Nullable<Text>,
        from_state -> Nullable<Text>,
        to_state -> Text,
        note -> Nullable<Text>,
        document -> Nullable<Text>,
        changes -> Nullable<Text>,
        missing -> Nullable<Text>,
    }
}

diesel::table! {
    report_delegations (delegation_id, report_id) {
        delegation_id -> BigInt,
        report_id -> BigInt,
    }
}

diesel::table! {
    attachments (id) {
        id -> BigInt,
        procedure -> Text,
        delegation_id -> BigInt,
        document -> Text,
        file_name -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        storage_name -> Text,
        uploaded_by -> BigInt,
        uploaded_at -> Timestamp,
    }
}

diesel::table! {
    facts (delegation_id) {
        delegation_id -> BigInt,
        procedure -> Text,
        travel_date -> Date,
        decided_on -> Date,
        days -> BigInt,
        purpose -> Nullable<Text>,
        field -> Nullable<Text>,
        funding -> Text,
        leader_level -> Nullable<Text>,
        in_plan -> Bool,
        reception_level -> Nullable<Text>,
        channel -> Nullable<Text>,
        waived -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    gone_facts (delegation_id) {
        delegation_id -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    agency_changes (id) {
        id -> BigInt,
        kind -> Text,
        on_day -> Date,
        document -> Text,
        accounts_moved -> BigInt,
        officials_moved -> BigInt,
    }
}

diesel::table! {
    agency_successions (change_id, from_id, to_id) {
        change_id -> BigInt,
        from_id -> BigInt,
        to_id -> BigInt,
    }
}

diesel::table! {
    fact_shares (delegation_id, ord) {
        delegation_id -> BigInt,
        ord -> BigInt,
        agency_id -> BigInt,
        country -> Nullable<Text>,
        person -> BigInt,
        heads -> BigInt,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    idempotency_keys (user_id, path, key) {
        user_id -> BigInt,
        path -> Text,
        key -> Text,
        fingerprint -> Ciphertext,
        status -> BigInt,
        etag -> Nullable<Text>,
        location -> Nullable<Text>,
        body -> Ciphertext,
        created_at -> Timestamp,
    }
}

diesel::table! {
    audit (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        object -> Text,
        detail -> Text,
        trace_id -> Text,
        previous -> Text,
        hash -> Text,
        address -> Nullable<Text>,
        session_id -> Nullable<BigInt>,
        result -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    dossiers (id) {
        id -> BigInt,
        version -> BigInt,
        number -> Nullable<Text>,
        title -> Text,
        search_norm -> Text,
        texts_version -> BigInt,
        procedure -> Text,
        agency_id -> BigInt,
        listed_on -> Date,
        begins_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        countries -> Text,
        headcount -> BigInt,
        state -> Text,
        signature_requested -> Bool,
        created_by -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        submitted_on -> Nullable<Date>,
        complete_on -> Nullable<Date>,
        due_on -> Nullable<Date>,
        ruling -> Nullable<Text>,
        decision -> Nullable<Text>,
        report -> Nullable<Text>,
        register -> Text,
        counterpart_norm -> Text,
        counterpart_country -> Text,
        content -> Text,
        amendments -> Nullable<Text>,
        passports_seen -> Nullable<BigInt>,
    }
}

diesel::table! {
    dossier_versions (dossier_id, version) {
        dossier_id -> BigInt,
        version -> BigInt,
        at -> Timestamp,
        body -> Text,
    }
}

diesel::table! {
    outbound_members (delegation_id, ord) {
        delegation_id -> BigInt,
        ord -> BigInt,
        official_id -> BigInt,
        role -> Text,
        relative_of -> Nullable<BigInt>,
        consent -> Nullable<Text>,
        verdict -> Nullable<Text>,
        agency_id -> BigInt,
        post_level -> Text,
        begins_on -> Date,
        ends_on -> Date,
    }
}

diesel::table! {
    missions (official_id, begins_on, delegation_id) {
        official_id -> BigInt,
        begins_on -> Date,
        delegation_id -> BigInt,
        queued_on -> Nullable<Date>,
        moved -> Bool,
        number -> Nullable<Text>,
    }
}

diesel::table! {
    outbound_stops (delegation_id, ord) {
        delegation_id -> BigInt,
        ord -> BigInt,
        country -> Text,
        place -> Text,
        from_date -> Date,
        to_date -> Date,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    guests (id) {
        id -> BigInt,
        full_name -> Text,
        name_norm -> Text,
        nationality -> Text,
        passport_number -> Nullable<Ciphertext>,
        merged_into -> Nullable<BigInt>,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    archive_holds (id) {
        id -> BigInt,
        version -> BigInt,
        dossier_id -> BigInt,
        dossier -> Text,
        ground -> Text,
        set_at -> Timestamp,
        released_at -> Nullable<Timestamp>,
        created_by -> BigInt,
    }
}

diesel::table! {
    files_to_remove (name) {
        name -> Text,
    }
}

diesel::table! {
    erasures (id) {
        id -> BigInt,
        dossier_id -> BigInt,
        dossier -> Text,
        at -> Timestamp,
        ground -> Text,
        people -> BigInt,
        papers -> BigInt,
        erased_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    inbound_guests (delegation_id, ord) {
        delegation_id -> BigInt,
        ord -> BigInt,
        guest_id -> BigInt,
        full_name -> Text,
        nationality -> Text,
        post -> Text,
        passport_number -> Nullable<Ciphertext>,
        role -> Text,
    }
}

diesel::table! {
    programme_items (delegation_id, ord) {
        delegation_id -> BigInt,
        ord -> BigInt,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        place -> Text,
        activity -> Text,
        restricted_area -> Bool,
    }
}

diesel::table! {
    programme_hosts (delegation_id, item_ord, ord) {
        delegation_id -> BigInt,
        item_ord -> BigInt,
        ord -> BigInt,
        official_id -> BigInt,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    partners (id) {
        id -> BigInt,
        version -> BigInt,
        kind -> Text,
        name -> Text,
        name_norm -> Text,
        country -> Text,
        locality -> Nullable<Text>,
        relation_since -> Nullable<Date>,
        relation_state -> Nullable<Text>,
        agreement -> Nullable<Text>,
        note -> Nullable<Text>,
        merged_into -> Nullable<BigInt>,
    }
}

diesel::table! {
    partner_names (name_norm, country) {
        name_norm -> Text,
        country -> Text,
        partner_id -> BigInt,
        name -> Text,
    }
}

diesel::table! {
    calendar_feeds (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        digest -> Text,
        created_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        dedup -> Text,
        channel -> Text,
        target_id -> BigInt,
        subject -> Text,
        body -> Text,
        created_at -> Timestamp,
        next_at -> Timestamp,
        claimed_at -> Nullable<Timestamp>,
        attempts -> BigInt,
        state -> Text,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    webhooks (id) {
        id -> BigInt,
        version -> BigInt,
        url -> Text,
        secret -> Ciphertext,
        old_secret -> Nullable<Ciphertext>,
        old_until -> Nullable<Timestamp>,
        active -> Bool,
        disabled_reason -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Ciphertext;

    imports (id) {
        id -> BigInt,
        version -> BigInt,
        kind -> Text,
        file_name -> Text,
        sha256 -> Text,
        state -> Text,
        dry_run -> Bool,
        unknown_agencies -> Text,
        agency_id -> Nullable<BigInt>,
        row_count -> BigInt,
        done -> BigInt,
        rejected -> BigInt,
        created -> BigInt,
        errors -> Ciphertext,
        warnings -> Ciphertext,
        stored_as -> Nullable<Text>,
        annotated_as -> Nullable<Text>,
        created_by -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    import_records (import_id, ord) {
        import_id -> BigInt,
        ord -> BigInt,
        what -> Text,
        object_id -> BigInt,
    }
}

diesel::table! {
    reports (id) {
        id -> BigInt,
        kind -> Text,
        year -> BigInt,
        number -> BigInt,
        year_window -> Text,
        from_day -> Date,
        to_day -> Date,
        ordinal -> BigInt,
        reason -> Nullable<Text>,
        hash -> Text,
        frozen_at -> Timestamp,
        frozen_by -> BigInt,
        totals -> Text,
        content -> Text,
    }
}

diesel::table! {
    service_tokens (id) {
        id -> BigInt,
        name -> Text,
        scopes -> Text,
        digest -> Text,
        expires_on -> Date,
        created_by -> BigInt,
        created_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    report_schedules (id) {
        id -> BigInt,
        kind -> Text,
        year_window -> Text,
        days_after -> BigInt,
        recipients -> Text,
        since -> Date,
        done_to -> Nullable<Date>,
        created_by -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    plans (year) {
        year -> BigInt,
        version -> BigInt,
        state -> Text,
        decisions -> Text,
    }
}

diesel::table! {
    plan_items (id) {
        id -> BigInt,
        version -> BigInt,
        year -> BigInt,
        agency_id -> BigInt,
        state -> Text,
        wanted -> Text,
        change -> Nullable<Text>,
        reason -> Nullable<Text>,
        created_by -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    plan_draws (delegation_id) {
        delegation_id -> BigInt,
        item_id -> BigInt,
    }
}

diesel::table! {
    papers (id) {
        id -> BigInt,
        version -> BigInt,
        delegation_id -> BigInt,
        register -> Text,
        kind -> Text,
        agency_id -> BigInt,
        year -> BigInt,
        ordinal -> Nullable<BigInt>,
        number -> Text,
        date -> Date,
        body -> Binary,
        created_by -> BigInt,
        created_at -> Timestamp,
        voided -> Nullable<Text>,
        number_key -> Text,
    }
}

diesel::table! {
    decided_numbers (delegation_id, year, number_key) {
        delegation_id -> BigInt,
        year -> BigInt,
        number_key -> Text,
    }
}

diesel::table! {
    paper_templates (id) {
        id -> BigInt,
        kind -> Text,
        agency_id -> Nullable<BigInt>,
        version -> BigInt,
        file_name -> Text,
        body -> Binary,
        updated_by -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    text_choices (id) {
        id -> BigInt,
        jurisdiction -> Text,
        regulation -> Text,
        from_day -> Date,
        document_number -> Text,
        document_date -> Date,
        reason -> Text,
        chosen_by -> BigInt,
        chosen_at -> Timestamp,
    }
}

diesel::table! {
    work_years (id) {
        id -> BigInt,
        year -> BigInt,
        source -> Text,
        days_off -> Text,
        working -> Text,
        set_by -> BigInt,
        set_at -> Timestamp,
    }
}

diesel::joinable!(outbound_members -> dossiers (delegation_id));
diesel::joinable!(plan_draws -> dossiers (delegation_id));
diesel::joinable!(duties -> dossiers (delegation_id));
diesel::joinable!(duties -> agencies (agency_id));
diesel::joinable!(outbound_members -> officials (official_id));

diesel::joinable!(inbound_guests -> dossiers (delegation_id));
diesel::joinable!(programme_items -> dossiers (delegation_id));
diesel::joinable!(programme_hosts -> dossiers (delegation_id));
diesel::joinable!(programme_hosts -> officials (official_id));
diesel::joinable!(partner_names -> partners (partner_id));

diesel::table! {
    dossier_agencies (delegation_id, agency_id) {
        delegation_id -> BigInt,
        agency_id -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    dossier_agencies,
    agencies,
    users,
    user_roles,
    seats,
    substitutions,
    past_seats,
    duties,
    custodies,
    decided_numbers,
    papers,
    paper_templates,
    plans,
    plan_items,
    plan_draws,
    sessions,
    sign_in_tickets,
    provider_links,
    refresh_tokens,
    one_time_tokens,
    signing_keys,
    official_moves,
    officials,
    management_levels,
    passports,
    disciplines,
    regulations,
    approval_steps,
    acts,
    attachments,
    facts,
    fact_shares,
    gone_facts,
    agency_changes,
    agency_successions,
    counters,
    idempotency_keys,
    audit,
    dossiers,
    dossier_versions,
    outbound_members,
    missions,
    outbound_stops,
    guests,
    archive_holds,
    erasures,
    inbound_guests,
    programme_items,
    programme_hosts,
    partners,
    partner_names,
    calendar_feeds,
    deliveries,
    webhooks,
    imports,
    import_records,
    report_delegations,
    reports,
    service_tokens,
    report_schedules,
    work_years,
);
