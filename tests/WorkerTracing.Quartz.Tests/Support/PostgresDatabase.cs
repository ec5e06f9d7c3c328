using Npgsql;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A database of a test's own on the server that WORKERTRACING_POSTGRES names.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly string _server;
    private readonly string _name;

    private PostgresDatabase(string server, string name)
    {
        _server = server;
        _name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    public string ConnectionString { get; }

    public static async Task<PostgresDatabase> CreateAsync()
    {
        const string Variable = "WORKERTRACING_POSTGRES";
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } server)
        {
            string reason = $"{Variable} names no PostgreSQL server (an Npgsql connection string).";
            if (RequiredServers.IsOn)
                Assert.Fail(reason);
            Assert.Ignore(reason);
            throw new InvalidOperationException(reason);
        }

        var database = new PostgresDatabase(server, $"cluster_{Guid.NewGuid():N}");
        await database.ExecuteAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_server);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
