using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkerTracing.Quartz.Tests;

internal static class Logging
{
    /// <summary>
    /// Gives a container a logger factory that the container does not dispose. Quartz 3 keeps the factory of the latest container for all
    /// schedulers of the process.
    /// </summary>
    public static IServiceCollection WithoutLogging(this IServiceCollection services) =>
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
}
