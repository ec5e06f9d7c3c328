using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing.MassTransit.Tests;

internal static class TestBusExtensions
{
    public static JobTracer GetTracer(this IServiceProvider services) => services.GetRequiredService<JobTracer>();
}
