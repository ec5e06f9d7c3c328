namespace WorkerTracing;

/// <summary>A framework that has an integration: how to see that the application uses it, and the line that attaches it.</summary>
/// <param name="Name">The name, as <see cref="JobTracer.ReportAttached"/> gets it.</param>
/// <param name="Service">The full name of a service type that the framework registers.</param>
/// <param name="Packages">The integration's packages.</param>
/// <param name="Line">The line that attaches it.</param>
/// <param name="Server">
/// The assembly of the hosted service without which the framework is configured only when it is used first. Null where every host
/// configures it at its start.
/// </param>
internal sealed record JobFramework(string Name, string Service, IReadOnlyList<string> Packages, string Line, string? Server = null)
{
    /// <summary>Gets the package for a version of the framework: the one named after that version, or else the first.</summary>
    public string PackageFor(Version? version) =>
        Packages.FirstOrDefault(package => package.EndsWith($"{Name}{version?.Major}", StringComparison.Ordinal)) ?? Packages[0];

    public static IReadOnlyList<JobFramework> All { get; } =
    [
        new("Hangfire", "Hangfire.IGlobalConfiguration", ["WorkerTracing.Hangfire"],
            "builder.Services.AddHangfire((provider, hangfire) => hangfire.UseWorkerTracing(provider))", "Hangfire.NetCore"),
        new("MassTransit", "MassTransit.IBus", ["WorkerTracing.MassTransit"],
            "configurator.UseWorkerTracing(context) in UsingRabbitMq((context, configurator) => ...), before ConfigureEndpoints"),
        new("Quartz", "Quartz.ISchedulerFactory", ["WorkerTracing.Quartz", "WorkerTracing.Quartz3"],
            "builder.Services.AddQuartz(quartz => quartz.UseWorkerTracing())"),
    ];
}
