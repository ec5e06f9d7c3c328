namespace WorkerTracing.Kills;

/// <summary>Runs the jobs of a worker.</summary>
internal enum Framework
{
    /// <summary>Nothing: the worker delivers what earlier ones have left.</summary>
    None,

    /// <summary>A <c>BackgroundService</c>.</summary>
    Core,

    /// <summary>Hangfire on PostgreSQL.</summary>
    Hangfire,

    /// <summary>Quartz on PostgreSQL.</summary>
    Quartz,

    /// <summary>MassTransit on RabbitMQ.</summary>
    MassTransit,
}
