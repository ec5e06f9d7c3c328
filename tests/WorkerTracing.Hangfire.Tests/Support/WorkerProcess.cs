using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.Storage.SQLite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>A process of its own that performs the jobs of a storage until it is killed, or its standard input is closed.</summary>
internal static class WorkerProcess
{
    private const string Recorded = "recorded", Unrecorded = "unrecorded", Dying = "dying", Ending = "ending";

    /// <summary>Starts a process.</summary>
    /// <param name="storage">The kind of the storage, and how to connect to it.</param>
    /// <param name="backend">Receives the traces.</param>
    /// <param name="directory">The directory of the flight recorder; null for none.</param>
    /// <param name="ends">Whether its jobs end.</param>
    public static ChildProcess Start((string Kind, string Connection) storage, Uri backend, string? directory, bool ends) =>
        ChildProcess.StartDotnet(
        [
            typeof(WorkerProcess).Assembly.Location,
            storage.Kind,
            storage.Connection,
            new Uri(backend, "v1/traces").ToString(),
            directory is null ? Unrecorded : Recorded,
            directory ?? ".",
            ends ? Ending : Dying,
        ]);

    /// <summary>Opens a storage in which a job is free again soon after its worker has died.</summary>
    public static JobStorage Open(string kind, string connection)
    {
        var poll = TimeSpan.FromMilliseconds(50);
        var invisible = TimeSpan.FromSeconds(2);
        if (kind == "SQLite")
            return new SQLiteStorage(connection, new SQLiteStorageOptions { QueuePollInterval = poll, InvisibilityTimeout = invisible });
        return new PostgreSqlStorage(
            new NpgsqlConnectionFactory(connection, new PostgreSqlStorageOptions()),
            new PostgreSqlStorageOptions
            {
                SchemaName = "killed",
                QueuePollInterval = poll,
                InvisibilityTimeout = invisible,
                DistributedLockTimeout = invisible,
            });
    }

    private static async Task Main(string[] arguments)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait)
            .AddOtlpExporter(otlp =>
            {
                otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                otlp.Endpoint = new Uri(arguments[2]);
            });
        if (arguments[3] == Recorded)
            tracing.AddFlightRecorder(arguments[4]);
        KilledWork.Ends = arguments[5] == Ending;
        builder.Services.AddHangfire((services, hangfire) => hangfire
            .UseStorage(Open(arguments[0], arguments[1]))
            .UseWorkerTracing(services));
        builder.Services.AddHangfireServer(static options => options.WorkerCount = 1);

        using IHost host = builder.Build();
        await host.StartAsync();
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await host.StopAsync();
    }
}
