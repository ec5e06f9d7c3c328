using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Divides the spans of an export by the credentials that they are sent with.</summary>
internal static class SpanGroups
{
    /// <summary>Divides the spans, the groups in order of their first spans.</summary>
    /// <param name="batch">The spans.</param>
    /// <param name="policies">The decisions of the selectors.</param>
    /// <param name="own">The exporter's own credentials; null without a key.</param>
    /// <param name="withoutKey">The number of spans for which there is no key.</param>
    /// <param name="failed">The number of spans whose selector threw.</param>
    public static List<SpanGroup> Of(
        ReadOnlySpan<Activity> batch, TracePolicies policies, OpenAICredentials? own, out int withoutKey, out int failed)
    {
        List<SpanGroup> groups = [];
        (withoutKey, failed) = (0, 0);
        for (int i = 0; i < batch.Length; i++)
        {
            TracePolicy policy = policies.Of(batch[i]);
            OpenAICredentials? credentials = policy.Credentials ?? own;
            if (policy.HasFailed)
                failed++;
            else if (string.IsNullOrWhiteSpace(credentials?.ApiKey))
                withoutKey++;
            else
                GroupOf(groups, credentials!).Positions.Add(i);
        }

        return groups;
    }

    /// <summary>Finds or adds the group of some credentials.</summary>
    public static SpanGroup GroupOf(List<SpanGroup> groups, OpenAICredentials credentials)
    {
        foreach (SpanGroup group in groups)
        {
            if (group.Credentials == credentials)
                return group;
        }

        var added = new SpanGroup(credentials, []);
        groups.Add(added);
        return added;
    }
}
