using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.Redis.StackExchange;
using Hangfire.Storage.SQLite;
using Microsoft.Extensions.Logging;
using Npgsql;
using SQLite;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>A real storage for the tests of one fixture. Its statements are counted by <see cref="StatementCounter"/>.</summary>
internal sealed class TestStorage : IDisposable
{
    private readonly Action _close;

    private TestStorage(JobStorage storage, Action close)
    {
        Storage = storage;
        _close = close;
    }

    public JobStorage Storage { get; }

    public static TestStorage Open(string name) => name switch
    {
        "InMemory" => InMemory(),
        "SQLite" => Sqlite(),
        "Redis" => Redis(),
        "PostgreSQL" => PostgreSql(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such storage"),
    };

    public void Dispose() => _close();

    /// <summary>Gets how to connect to a server. Skips the test where there is none.</summary>
    public static string Server(string variable, string what)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } server)
            return server;

        string reason = $"{variable} names no {what}.";
        if (RequiredServers.IsOn)
            Assert.Fail(reason);
        Assert.Ignore(reason);
        throw new InvalidOperationException(reason);
    }

    private static TestStorage InMemory()
    {
        var storage = new InMemoryStorage(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Guid });
        var counted = new FaultyStorage { Faultless = true, HandsOver = true, Called = static () => StatementCounter.Add() };
        return new(counted.Over(storage), storage.Dispose);
    }

    private static TestStorage Sqlite()
    {
        string file = Path.Combine(Path.GetTempPath(), $"hangfire-{Guid.NewGuid():n}.db");
        var connections = new SQLiteDbConnectionFactory(() => new SQLiteConnection(
            file,
            SQLiteOpenFlags.ReadWrite | SQLiteOpenFlags.Create | SQLiteOpenFlags.NoMutex,
            storeDateTimeAsTicks: true)
        {
            BusyTimeout = TimeSpan.FromSeconds(30),
            Trace = true,
            Tracer = static line =>
            {
                if (line.StartsWith("Executing", StringComparison.Ordinal))
                    StatementCounter.Add();
            },
        });
        var storage = new SQLiteStorage(
            connections,
            new SQLiteStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(50) });
        return new(storage, () =>
        {
            storage.Dispose();
            foreach (string path in new[] { file, $"{file}-wal", $"{file}-shm" })
                File.Delete(path);
        });
    }

    private static TestStorage Redis()
    {
        var redis = ConnectionMultiplexer.Connect(Server("WORKERTRACING_REDIS", "Redis server (a StackExchange.Redis configuration)"));
        redis.RegisterProfiler(static () =>
        {
            // Asked once for each command, on the thread that sends it.
            StatementCounter.Add();
            return (ProfilingSession?)null!;
        });
        var options = new RedisStorageOptions { Prefix = $"{Guid.NewGuid():n}:", FetchTimeout = TimeSpan.FromMilliseconds(50) };
        return new(new RedisStorage(redis, options), redis.Dispose);
    }

    private static TestStorage PostgreSql()
    {
        var source = new NpgsqlDataSourceBuilder(Server("WORKERTRACING_POSTGRES", "PostgreSQL server (an Npgsql connection string)"));
        using var logs = new StatementLogs();
        source.UseLoggerFactory(LoggerFactory.Create(logging => logging.AddProvider(logs).SetMinimumLevel(LogLevel.Debug)));
        NpgsqlDataSource connections = source.Build();
        var options = new PostgreSqlStorageOptions
        {
            SchemaName = $"hangfire_{Guid.NewGuid():n}",
            QueuePollInterval = TimeSpan.FromMilliseconds(50),
        };
        var storage = new PostgreSqlStorage(new ConnectionFactory(connections), options);
        return new(storage, () =>
        {
            using (NpgsqlCommand drop = connections.CreateCommand($"DROP SCHEMA {options.SchemaName} CASCADE"))
                drop.ExecuteNonQuery();
            connections.Dispose();
        });
    }

    private sealed class ConnectionFactory(NpgsqlDataSource source) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => source.CreateConnection();
    }

    private sealed class StatementLogs : ILoggerProvider, ILogger
    {
        private static readonly EventId Executed = new(2001);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => StatementCounter.IsCounting;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (eventId == Executed)
                StatementCounter.Add();
        }

        public void Dispose()
        {
        }
    }
}
