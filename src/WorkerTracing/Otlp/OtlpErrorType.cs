using System.Globalization;
using System.Text.Json;

namespace WorkerTracing;

/// <summary>Names failures as values of <c>error.type</c>: of few values, and without anything of the request.</summary>
internal static class OtlpErrorType
{
    /// <summary>Gets the name of a gRPC status as the specification of gRPC writes it, such as <c>RESOURCE_EXHAUSTED</c>.</summary>
    public static string Of(GrpcStatusCode status) => Enum.IsDefined(status)
        ? JsonNamingPolicy.SnakeCaseUpper.ConvertName(status.ToString())
        : ((int)status).ToString(CultureInfo.InvariantCulture);

    /// <summary>Gets the name that the HTTP metrics of .NET have for a failure, such as <c>connection_error</c>; else its type.</summary>
    public static string Of(Exception exception) =>
        exception is HttpRequestException { HttpRequestError: var error and not HttpRequestError.Unknown }
            ? JsonNamingPolicy.SnakeCaseLower.ConvertName(error.ToString())
            : exception.GetType().FullName!;
}
