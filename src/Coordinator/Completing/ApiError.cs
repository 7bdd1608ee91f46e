using System.Text.Json;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Ledger;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Coordinator.Completing;

/// <summary>Why a buyer's request was not done, in OpenAI's words.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Type">OpenAI's kind, as <c>invalid_request_error</c>.</param>
/// <param name="Code">What exactly, as <c>invalid_api_key</c>.</param>
/// <param name="Message">One or two sentences: what, expected, found, remedy.</param>
/// <param name="Parameter">The parameter that is at fault.</param>
/// <param name="IsWorthRetrying">Whether the same request may succeed soon.</param>
internal sealed record ApiError(int Status, string Type, string Code, string Message, string? Parameter = null, bool IsWorthRetrying = false)
{
    internal static ApiError Invalid(string parameter, string expected, string found) =>
        new(400, "invalid_request_error", "invalid_value", $"{parameter}: expected {expected}, found {found}.", parameter);

    /// <summary>Of a parameter or value that is known but not honoured here.</summary>
    internal static ApiError Unsupported(string parameter, string message) =>
        new(400, "invalid_request_error", "unsupported_parameter", message, parameter);

    /// <summary>Of a purchase that credit or limits do not cover.</summary>
    internal static ApiError NotPaid(Purchase purchase, ComputeUnits price) => purchase switch
    {
        Purchase.OverLimit limit => new ApiError(
            429, "insufficient_quota", "insufficient_quota",
            $"This costs {price}, the key's limit over {limit.Limit} leaves {new ComputeUnits((ulong)limit.Left)}. Ask for fewer tokens, wait, or make a key with another limit."),
        Purchase.NoCredit credit => new ApiError(
            429, "insufficient_quota", "insufficient_quota",
            $"This costs {price}, the account's credit is {new ComputeUnits((ulong)credit.Available)}. Redeem AIT to the credit id of GET /v1/credit."),
        _ => BuyerGate.Unavailable(), // The credit came between two looks: the same request will do.
    };

    /// <summary>Why an ended wait has no agreed result, or null if it has one, with its task.</summary>
    internal static ApiError? Unanswered(Workload workload, AnswerState state, CoordinatorOptions options)
    {
        if (state.IsVoid)
        {
            return new ApiError(
                503, "server_error", "no_agreement", $"The task of workload {workload.Hash} ended without agreement; nothing was charged. Send the request again.", null, IsWorthRetrying: true);
        }

        return state is { Transcript: not null, Task: not null }
            ? null
            : new ApiError(
                504, "server_error", "timeout",
                $"Workload {workload.Hash} has no agreed result after {options.AnswerTimeout.TotalSeconds:0} s; it goes on. "
                + $"Send the request again{(workload.Type == WorkloadType.Inference ? $" with seed {workload.Seed}" : "")} to get its answer without another charge.");
    }

    /// <summary>Of an agreed result that is none of the engine's.</summary>
    internal static ApiError Unreadable(TaskRow task, EngineRefusal refusal) =>
        new(500, "server_error", "result_not_readable", $"The agreed result is not one of this engine ({refusal.Code}). GET /v1/tasks/{task.TaskId} has its proof.");

    /// <summary>Of a run that the seats agree ended in a fault.</summary>
    internal static ApiError Faulted(TaskRow task, EngineRefusalCode code) => new(
        500, "server_error", "generation_fault", $"The seats agree that the run ended in a fault ({code}). Another prompt or seed may not. GET /v1/tasks/{task.TaskId} has its proof.");

    internal IResult ToResult() => new Written(this);

    /// <summary>The data of an event, where a stream has begun.</summary>
    internal byte[] ToEvent() => JsonSerializer.SerializeToUtf8Bytes(Envelope, OpenAiJson.Default.ErrorEnvelope);

    private ErrorEnvelope Envelope => new(new ErrorBody(Message, Type, Parameter, Code));

    private sealed class Written(ApiError error) : IResult
    {
        public async Task ExecuteAsync(HttpContext context)
        {
            // OpenAI's clients repeat 429 and 5xx by themselves unless they are told not to.
            context.Response.Headers["x-should-retry"] = error.IsWorthRetrying ? "true" : "false";
            await Results.Json(error.Envelope, OpenAiJson.Default.ErrorEnvelope, statusCode: error.Status).ExecuteAsync(context);
        }
    }
}
