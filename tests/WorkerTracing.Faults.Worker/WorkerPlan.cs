using System.Text.Json;

namespace WorkerTracing.Faults.Worker;

/// <summary>What a worker process is to do: a line of JSON on its standard input.</summary>
public sealed record WorkerPlan
{
    public required string Scenario { get; init; }

    public required string Exporter { get; init; }

    public required Uri Endpoint { get; init; }

    public FlushMode Flush { get; init; } = FlushMode.Wait;

    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(0.5);

    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(1.7);

    /// <summary>How long one request may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public int Jobs { get; init; } = 500;

    public int Concurrency { get; init; } = 50;

    /// <summary>Jobs ahead of those, before what the scenario does to the process.</summary>
    public int WarmUp { get; init; }

    public int MaxQueueSize { get; init; } = 8192;

    /// <summary>Spans per second, where the scenario goes by the clock.</summary>
    public int Rate { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Where the worker leaves the ids of the spans that ended.</summary>
    public required string SpanFile { get; init; }

    public string ApiKey { get; init; } = "sk-of-nobody";

    /// <summary>Given to each job as the value of an argument.</summary>
    public string Argument { get; init; } = "";

    /// <summary>Recorded by each job as the content of a message.</summary>
    public string Message { get; init; } = "";

    public static WorkerPlan Parse(string json) =>
        JsonSerializer.Deserialize<WorkerPlan>(json) ?? throw new FormatException("The plan is empty.");

    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Sets the standard variables, from which the SDK and the OTLP exporter are configured.</summary>
    public void SetEnvironment()
    {
        Environment.SetEnvironmentVariable("OTEL_BSP_MAX_QUEUE_SIZE", $"{MaxQueueSize}");
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", Exporter == "otlp-grpc" ? "grpc" : "http/protobuf");
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", Endpoint.AbsoluteUri);
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_HEADERS", $"x-api-key={ApiKey}");
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_TIMEOUT", $"{(int)RequestTimeout.TotalMilliseconds}");
    }
}
