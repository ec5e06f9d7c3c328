using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace AllInOne;

/// <summary>The orders, in a SQLite database that is made anew at each start.</summary>
internal sealed class OrderBook
{
    public const string SourceName = "AllInOne";

    public static readonly ActivitySource Source = new(SourceName);

    private readonly string _connectionString;

    public OrderBook(ExportFolder folder)
    {
        string file = folder.PathOf("orders.db");
        File.Delete(file);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString();
        using SqliteConnection connection = Open();
        Execute(
            connection,
            "CREATE TABLE placed "
                + "(id INTEGER PRIMARY KEY, customer TEXT NOT NULL, day TEXT NOT NULL, article TEXT NOT NULL, cents INTEGER NOT NULL)");
        Execute(connection, "CREATE TABLE chosen (export TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (export, id)) WITHOUT ROWID");
        Fill(connection);
    }

    /// <summary>Chooses the orders of an export, once: what is placed later is not in it.</summary>
    public int Choose(Export export)
    {
        using Activity? span = Source.StartActivity("choose orders");
        using SqliteConnection connection = Open();
        Execute(
            connection,
            "INSERT OR IGNORE INTO chosen SELECT $export, id FROM placed WHERE customer = $customer AND day BETWEEN $from AND $to",
            ("$export", export.Id.ToString()), ("$customer", export.Customer), ("$from", Day(export.From)), ("$to", Day(export.To)));
        using SqliteCommand count = Command(
            connection,
            "SELECT count(*) FROM chosen WHERE export = $export",
            ("$export", export.Id.ToString()));
        int orders = Convert.ToInt32(count.ExecuteScalar(), null);
        span?.SetTag("orders", orders);
        return orders;
    }

    /// <summary>The chosen orders, by number.</summary>
    public IEnumerable<Order> Read(Guid export)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = Command(
            connection,
            "SELECT id, day, article, cents FROM placed JOIN chosen USING (id) WHERE export = $export ORDER BY id",
            ("$export", export.ToString()));
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
            yield return new Order(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3) / 100m);
    }

    private static void Fill(SqliteConnection connection)
    {
        string[] customers = ["acme", "globex", "initech"];
        string[] articles = ["umbrella", "lamp, brass", "chair \"Ulm\"", "kettle"];
        using SqliteTransaction transaction = connection.BeginTransaction();
        for (int i = 0; i < 3000; i++)
        {
            Execute(
                connection, "INSERT INTO placed (customer, day, article, cents) VALUES ($customer, $day, $article, $cents)",
                ("$customer", customers[i % customers.Length]), ("$day", Day(new DateOnly(2026, 1, 1).AddDays(i / 10))),
                ("$article", articles[i % articles.Length]), ("$cents", 1250 + (i * 37 % 9000)));
        }

        transaction.Commit();
    }

    private static string Day(DateOnly day) => day.ToString("O", null);

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        using SqliteCommand command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }
}
