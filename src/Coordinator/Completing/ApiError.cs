using System.Text.Json;

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
