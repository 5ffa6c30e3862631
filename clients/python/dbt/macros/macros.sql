{% macro in_cents(column) %}({{ column }} * 100)::bigint{% endmacro %}

{% macro statuses() %}
  {% if execute %}
    {{ return(run_query('select status from ' ~ source('raw', 'orders') ~ ' group by status order by status').columns[0].values()) }}
  {% endif %}
  {{ return([]) }}
{% endmacro %}

{# For run-operation: what dbt knows of a relation, as JSON. #}
{% macro describe(schema, name) %}
  {% set relation = adapter.get_relation(target.database, schema, name) %}
  {% if relation is none %}
    {% do print(tojson(none)) %}
  {% else %}
    {% set columns = [] %}
    {% for column in adapter.get_columns_in_relation(relation) %}
      {% do columns.append([column.name, column.data_type]) %}
    {% endfor %}
    {% set rows = run_query('select count(*) as n from ' ~ relation).columns['n'].values()[0] %}
    {% do print(tojson({'type': relation.type, 'columns': columns, 'rows': rows | int,
                        'schema_exists': adapter.check_schema_exists(target.database, schema)})) %}
  {% endif %}
{% endmacro %}

{% macro settings() %}
  {% set row = run_query("select current_setting('application_name') as app, current_setting('search_path') as path,"
                         ~ " current_user::text as who, current_database()::text as base").rows[0] %}
  {% do print(tojson({'app': row['app'], 'path': row['path'], 'who': row['who'], 'base': row['base']})) %}
{% endmacro %}

{% macro note(text) %}
  {% do run_query("insert into dbt_check_raw.hooked values ('" ~ text ~ "', 7)") %}
  {% do run_query("commit") %}
{% endmacro %}

{% macro note_in_transaction(text, second='9') %}
  {% call statement('note', fetch_result=False, auto_begin=True) %}
    insert into dbt_check_raw.hooked values ('{{ text }}', 8);
    insert into dbt_check_raw.hooked values ('{{ text }}', {{ second }});
  {% endcall %}
  {% do adapter.commit() %}
{% endmacro %}

{% macro drop_schemas() %}
  {% for schema in ['dbt_check_other', 'dbt_check_custom'] %}
    {% do adapter.drop_schema(api.Relation.create(database=target.database, schema=schema)) %}
  {% endfor %}
{% endmacro %}
