using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing.MassTransitTests;

internal static class TestBusExtensions
{
    public static JobTracer GetTracer(this IServiceProvider services) => services.GetRequiredService<JobTracer>();
}
