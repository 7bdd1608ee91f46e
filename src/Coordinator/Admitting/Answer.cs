using System.Text.Json.Serialization.Metadata;
using Ait.Coordinator.Observing;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Admitting;

/// <summary>Answers in the two forms there are: the documented JSON, or a problem document (RFC 9457).</summary>
internal static class Answer
{
    internal static IResult Json<T>(T value, JsonTypeInfo<T> type) => Results.Json(value, type);

    internal static IResult Problem(Refusal refusal)
    {
        Telemetry.Refused(refusal.Code.ToString());
        return Results.Json(refusal.ToProblem(), ProtocolJson.Default.Problem, "application/problem+json", refusal.Status);
    }

    internal static IResult NotFound(string what, string found) => Problem(new Refusal(
        ProblemCodes.NotFound, $"There is no such {what}.", $"a known {what}", found, "Check the id; GET /v1/tasks lists what there is."));
}
