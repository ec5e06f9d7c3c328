namespace WorkerTracing.Faults;

/// <summary>Texts that no log, metric, span or exception may show, each planted where such a thing comes from.</summary>
internal static class Secrets
{
    public const string ApiKey = "sk-planted-0123456789abcdef";
    public const string Argument = "planted-argument-4929123456789012";
    public const string Message = "planted-message-of-a-customer";
    public const string Query = "planted-query-token";
    public const string Password = "planted-password";

    public static IReadOnlyList<string> All { get; } = [ApiKey, Argument, Message, Query, Password];
}
