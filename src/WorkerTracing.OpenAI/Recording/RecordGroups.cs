using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Divides recorded spans by the credentials that they are sent with, which it finds by their names.</summary>
internal sealed class RecordGroups(OpenAIExporterOptions options, ILogger log)
{
    private readonly Dictionary<string, OpenAICredentials?> _byName = [];

    /// <summary>Gets the groups, in the order of their first spans.</summary>
    public List<SpanGroup> Groups { get; } = [];

    /// <summary>Gets the number of spans for which there is no key.</summary>
    public int WithoutKey { get; private set; }

    public void Add(in IngestRecord record, int position)
    {
        if (!_byName.TryGetValue(record.KeyName, out OpenAICredentials? credentials))
            _byName[record.KeyName] = credentials = Find(record.KeyName);
        if (string.IsNullOrWhiteSpace(credentials?.ApiKey))
            WithoutKey++;
        else
            SpanGroups.GroupOf(Groups, credentials!).Positions.Add(position);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the application's resolver: without a key, nothing is sent.")]
    private OpenAICredentials? Find(string name)
    {
        if (name.Length == 0)
            return options.Credentials;
        OpenAICredentials? found = null;
        try
        {
            found = options.CredentialsResolver?.Invoke(name);
        }
        catch (Exception exception)
        {
            Log.SelectorThrew(log, nameof(options.CredentialsResolver), exception.GetType().FullName);
        }

        if (found is null)
            Log.NameUnresolved(log, name);
        return found;
    }
}
