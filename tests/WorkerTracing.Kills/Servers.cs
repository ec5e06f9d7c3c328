namespace WorkerTracing.Kills;

/// <summary>The servers of the frameworks.</summary>
internal static class Servers
{
    private const string PostgreSqlVariable = "WORKERTRACING_POSTGRES";
    private const string RabbitMqVariable = "WORKERTRACING_RABBITMQ";

    public static string PostgreSql => Read(PostgreSqlVariable);

    public static string RabbitMq => Read(RabbitMqVariable);

    /// <summary>Returns the variable that names the server of a framework and is not set; null where nothing is missing.</summary>
    public static string? MissingFor(Framework framework) => framework switch
    {
        Framework.Hangfire or Framework.Quartz => Missing(PostgreSqlVariable),
        Framework.MassTransit => Missing(RabbitMqVariable),
        _ => null,
    };

    private static string? Missing(string variable) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)) ? variable : null;

    private static string Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"{variable} is not set.");
}
