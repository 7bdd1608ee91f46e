using Ait.Protocol.Http;

namespace Ait.Coordinator.Admitting;

/// <summary>Why a request was not done; becomes a problem document.</summary>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Title">One sentence.</param>
/// <param name="Expected">What would have been accepted.</param>
/// <param name="Found">What was there.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record Refusal(string Code, string Title, string? Expected, string? Found, string Remedy)
{
    internal int Status => Code switch
    {
        ProblemCodes.Malformed => 400,
        ProblemCodes.SignatureInvalid or ProblemCodes.StaleTimestamp or ProblemCodes.NonceReplayed or ProblemCodes.NotSignedIn => 401,
        ProblemCodes.NotAuthorized or ProblemCodes.DeviceNotEligible or ProblemCodes.EvidenceMissing or ProblemCodes.OperatorNotInGoodStanding => 403,
        ProblemCodes.NotFound => 404,
        ProblemCodes.CommitmentConflict or ProblemCodes.RevealNotOpen or ProblemCodes.CommitmentMismatch or ProblemCodes.DeadlinePassed or ProblemCodes.SeatKeyReplaced
            or ProblemCodes.MessageExists => 409,
        ProblemCodes.TooLarge => 413,
        ProblemCodes.ResultInvalid or ProblemCodes.DurationOutOfBounds or ProblemCodes.CheckpointRefused or ProblemCodes.WorkloadNotSupported or ProblemCodes.EvidenceRefused or ProblemCodes.EvidenceStale => 422,
        ProblemCodes.RateLimited => 429,
        _ => 503,
    };

    internal Problem ToProblem() => new($"/problems/{Code}", Title, Status, Code, Expected, Found, Remedy);
}
