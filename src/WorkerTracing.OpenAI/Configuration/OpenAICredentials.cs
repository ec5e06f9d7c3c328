namespace WorkerTracing;

/// <summary>The key that traces are sent with, and what they belong to. No member of it appears in logs but <see cref="Name"/>.</summary>
/// <param name="ApiKey">The API key. <see cref="ToString"/> hides it.</param>
/// <param name="Organization">The organization, for keys that have several; null for the key's default.</param>
/// <param name="Project">The project, for keys that have several; null for the key's default.</param>
public sealed record OpenAICredentials(string ApiKey, string? Organization = null, string? Project = null)
{
    /// <summary>Gets the name that stands for the credentials where a key must not appear: in logs.</summary>
    /// <value>The default is null.</value>
    public string? Name { get; init; }

    /// <summary>Returns the credentials without the key.</summary>
    public override string ToString() =>
        $"{nameof(OpenAICredentials)} {{ Name = {Name}, Organization = {Organization}, Project = {Project} }}";
}
