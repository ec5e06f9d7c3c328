using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace QueueWorker;

/// <summary>A word index of Markdown files in a SQLite database.</summary>
internal sealed partial class MarkdownIndex
{
    public const string SourceName = "QueueWorker";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly string _connectionString;

    public MarkdownIndex(IConfiguration configuration)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = configuration["Database"] ?? "markdown-index.db" }.ToString();
        using SqliteConnection connection = Open();
        Execute(
            connection,
            "CREATE TABLE IF NOT EXISTS word "
                + "(word TEXT NOT NULL, file TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (word, file)) WITHOUT ROWID");
    }

    /// <summary>Reads every Markdown file below a folder and replaces what the index holds of it.</summary>
    public async Task<IndexSummary> AddAsync(string folder, CancellationToken cancellationToken)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Dictionary<string, string> texts = await ReadAsync(files, cancellationToken);
        Dictionary<(string Word, string File), int> counts = Tokenise(texts);
        Write(files, counts);
        return new IndexSummary(files.Length, counts.Values.Sum());
    }

    /// <summary>The files that a word stands in, most often first.</summary>
    public IReadOnlyList<SearchHit> Search(string word)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT file, count FROM word WHERE word = $word ORDER BY count DESC, file LIMIT 20";
        command.Parameters.AddWithValue("$word", word.ToLowerInvariant());
        using SqliteDataReader reader = command.ExecuteReader();
        var hits = new List<SearchHit>();
        while (reader.Read())
            hits.Add(new SearchHit(reader.GetString(0), reader.GetInt32(1)));
        return hits;
    }

    private static async Task<Dictionary<string, string>> ReadAsync(string[] files, CancellationToken cancellationToken)
    {
        using Activity? span = Source.StartActivity("read files");
        var texts = new Dictionary<string, string>();
        foreach (string file in files)
            texts[file] = await File.ReadAllTextAsync(file, cancellationToken);
        span?.SetTag("files", files.Length);
        return texts;
    }

    private static Dictionary<(string Word, string File), int> Tokenise(Dictionary<string, string> texts)
    {
        using Activity? span = Source.StartActivity("tokenise");
        var counts = new Dictionary<(string, string), int>();
        foreach ((string file, string text) in texts)
        {
            foreach (Match match in Word().Matches(text))
            {
                (string, string) key = (match.Value.ToLowerInvariant(), file);
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }
        }

        span?.SetTag("words", counts.Count);
        return counts;
    }

    private void Write(string[] files, Dictionary<(string Word, string File), int> counts)
    {
        using Activity? span = Source.StartActivity("write index");
        using SqliteConnection connection = Open();
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach (string file in files)
            Execute(connection, "DELETE FROM word WHERE file = $file", ("$file", file));
        foreach (((string word, string file), int count) in counts)
            Execute(connection, "INSERT INTO word VALUES ($word, $file, $count)", ("$word", word), ("$file", file), ("$count", count));
        transaction.Commit();
        span?.SetTag("rows", counts.Count);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
            command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }

    [GeneratedRegex(@"\p{L}{2,}")]
    private static partial Regex Word();
}
