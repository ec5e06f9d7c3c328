using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>The broker that the tests are given.</summary>
internal static class RabbitMq
{
    private const string Variable = "WORKERTRACING_RABBITMQ";

    /// <summary>Its address. Ignores the test where there is none, unless servers are required.</summary>
    public static Uri Address
    {
        get
        {
            string? address = Environment.GetEnvironmentVariable(Variable);
            if (!string.IsNullOrEmpty(address))
                return new Uri(address);
            if (RequiredServers.IsOn)
                Assert.Fail($"{Variable} is not set, and servers are required.");
            Assert.Ignore($"{Variable} is not set: no RabbitMQ to test against.");
            throw new InvalidOperationException();
        }
    }

    public static string NewQueue() => $"worker-tracing-{Guid.NewGuid():N}";
}
