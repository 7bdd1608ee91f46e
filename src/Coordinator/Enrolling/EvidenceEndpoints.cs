using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.OnChain;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Enrolling;

/// <summary>POST /v1/enrolments and GET /v1/enrolments: evidence brought, and what it proved.</summary>
internal sealed class EvidenceEndpoints
{
    private const int MaxLimit = 1000;
    private readonly RequestAdmission _admission;
    private readonly VerdictStore _verdicts;
    private readonly EvidenceJudge _judge;
    private readonly IMiningChain _chain;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    public EvidenceEndpoints(
        RequestAdmission admission, VerdictStore verdicts, EvidenceJudge judge, IMiningChain chain, TimeProvider clock, ILogger<EvidenceEndpoints> log)
    {
        _admission = admission;
        _verdicts = verdicts;
        _judge = judge;
        _chain = chain;
        _clock = clock;
        _log = log;
    }

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/enrolments", EnrolAsync);
        routes.MapGet("/v1/enrolments", List);
    }

    /// <summary>Anyone may bring evidence: what it proves decides, and it is bound to the key that signs the request.</summary>
    private Task EnrolAsync(HttpContext context) => _admission.RunAsync(
        context,
        ProtocolJson.Default.EnrolmentRequest,
        static (_, _) => Task.FromResult<Refusal?>(null),
        (request, signer) => EnrolAsync(request, signer, context.RequestAborted));

    private async Task<IResult> EnrolAsync(EnrolmentRequest request, Address signer, CancellationToken cancellation)
    {
        if (!EnrolmentClaim.TryRead(request, signer, out EnrolmentClaim? claim, out Refusal? refusal))
        {
            return Answer.Problem(refusal);
        }

        (EnrolmentResponse? enrolment, refusal) = await _judge.JudgeAsync(claim, cancellation);
        refusal = enrolment is null
            ? refusal ?? throw new InvalidOperationException("Neither an enrolment nor a reason.")
            : await JudgeStandingAsync(enrolment, cancellation) ?? _verdicts.Put(enrolment);
        if (enrolment is null || refusal is not null)
        {
            Refusal reason = refusal ?? throw new InvalidOperationException("Neither an enrolment nor a reason.");
            EnrolmentLog.Refused(_log, claim.GpuId, reason.Title);
            return Answer.Problem(reason);
        }

        EnrolmentLog.Enrolled(_log, enrolment.DeviceClass, enrolment.GpuId, enrolment.Verdict.Summary);
        return Answer.Json(enrolment, ProtocolJson.Default.EnrolmentResponse);
    }

    /// <summary>The chain says whether the device is on the roster: the ledger's copy may be behind.</summary>
    private async Task<Refusal?> JudgeStandingAsync(EnrolmentResponse enrolment, CancellationToken cancellation)
    {
        OperatorStanding? standing = await _chain.ReadStandingAsync(enrolment.Operator, cancellation);
        Device? registered = standing is { IsGood: false } ? await _chain.FindDeviceAsync(enrolment.GpuId, cancellation) : null;
        return Enrolment.JudgeStanding(standing, enrolment.Operator, registered, (ulong)_clock.GetUtcNow().ToUnixTimeSeconds());
    }

    private IResult List(HttpContext context) =>
        QueryNumber.TryRead(context, "offset", 0, 0, int.MaxValue, out long offset, out Refusal? refusal)
        && QueryNumber.TryRead(context, "limit", MaxLimit, 1, MaxLimit, out long limit, out refusal)
            ? Answer.Json(new EnrolmentsResponse(_verdicts.Page((int)offset, (int)limit)), ProtocolJson.Default.EnrolmentsResponse)
            : Answer.Problem(refusal);
}
