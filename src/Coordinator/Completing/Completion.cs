using System.Collections.Immutable;
using Ait.Chain;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Ledger;
using Ait.Engine;

namespace Ait.Coordinator.Completing;

/// <summary>An agreed result as the answer to a request, in OpenAI's forms.</summary>
internal sealed class Completion
{
    private readonly CompletionRequest _request;
    private readonly string _id;
    private readonly long _created;
    private readonly UsageBody _usage;
    private readonly ProofBody _proof;
    private readonly string _finishReason;

    private Completion(CompletionRequest request, TaskRow task, AnswerState state, Transcript transcript, ulong charged, Uri publicUrl)
    {
        _request = request;
        Hash256 taskId = task.TaskId!.Value; // Agreed tasks are on chain.
        _id = $"{(request.IsChat ? "chatcmpl" : "cmpl")}-{Convert.ToHexStringLower(taskId.ToArray())}";
        _created = state.AgreedAt / 1000;
        (Pieces, bool isCut) = request.Text(transcript.Tokens);
        _finishReason = isCut || transcript.FinishReason == FinishReason.Stop ? "stop" : "length";
        int prompt = request.Workload.Prompt.Length;
        _usage = new UsageBody(prompt, transcript.Tokens.Length, prompt + transcript.Tokens.Length);
        _proof = ProofBody.Of(request.Workload, state, charged, publicUrl);
    }

    /// <summary>The answer's text in the pieces in which it is streamed.</summary>
    internal IReadOnlyList<string> Pieces { get; }

    /// <summary>Makes the answer of an ended wait, or the error that it ended with.</summary>
    internal static (Completion? Completion, ApiError? Error) Of(CompletionRequest request, AnswerState state, Purchase.Bought bought, CoordinatorOptions options)
    {
        if (ApiError.Unanswered(request.Workload, state, options) is ApiError unanswered)
        {
            return (null, unanswered);
        }

        TaskRow task = state.Task!; // An answered state has it, and a transcript.
        if (!Transcript.TryParse(state.Transcript, out Transcript? transcript, out EngineRefusal? refusal))
        {
            return (null, ApiError.Unreadable(task, refusal));
        }

        return transcript.IsComplete
            ? (new Completion(request, task, state, transcript, bought.Charged, options.PublicUrl), null)
            : (null, ApiError.Faulted(task, transcript.RefusalCode));
    }

    /// <summary>The whole answer.</summary>
    internal IResult ToResult() => _request.IsChat
        ? Results.Json(
            Chat("chat.completion", new ChatChoice(0, _finishReason) { Message = new ChatText { Role = "assistant", Content = string.Concat(Pieces) } }) with { Usage = _usage, Ait = _proof },
            OpenAiJson.Default.ChatCompletion)
        : Results.Json(
            Text(new TextChoice(0, string.Concat(Pieces), _finishReason)) with { Usage = _usage, Ait = _proof }, OpenAiJson.Default.TextCompletion);

    /// <summary>The answer as the data of server-sent events: its text piece by piece, the reason it ended with the proof, and the usage if wanted.</summary>
    internal IEnumerable<byte[]> Events()
    {
        if (!_request.IsChat)
        {
            foreach (string piece in Pieces)
            {
                yield return Bytes(Text(new TextChoice(0, piece, null)));
            }

            yield return Bytes(Text(new TextChoice(0, "", _finishReason)) with { Ait = _proof });
            if (_request.IncludesUsage)
            {
                yield return Bytes(Text() with { Usage = _usage });
            }

            yield break;
        }

        yield return Bytes(Chat("chat.completion.chunk", new ChatChoice(0, null) { Delta = new ChatText { Role = "assistant", Content = "" } }));
        foreach (string piece in Pieces)
        {
            yield return Bytes(Chat("chat.completion.chunk", new ChatChoice(0, null) { Delta = new ChatText { Content = piece } }));
        }

        yield return Bytes(Chat("chat.completion.chunk", new ChatChoice(0, _finishReason) { Delta = new ChatText() }) with { Ait = _proof });
        if (_request.IncludesUsage)
        {
            yield return Bytes(Chat("chat.completion.chunk") with { Usage = _usage });
        }
    }

    private static byte[] Bytes(ChatCompletion piece) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(piece, OpenAiJson.Default.ChatCompletion);

    private static byte[] Bytes(TextCompletion piece) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(piece, OpenAiJson.Default.TextCompletion);

    private ChatCompletion Chat(string kind, params ImmutableArray<ChatChoice> choices) => new(_id, kind, _created, _request.Model.Entry.Name, Fingerprint, choices);

    private TextCompletion Text(params ImmutableArray<TextChoice> choices) => new(_id, "text_completion", _created, _request.Model.Entry.Name, Fingerprint, choices);

    /// <summary>The arithmetic and the model: with the seed, all that an answer depends on beside the request.</summary>
    private string Fingerprint => $"{_request.Workload.EngineVersion}-{Convert.ToHexStringLower(_request.Workload.ModelDigest.ToArray().AsSpan(0, 8))}";
}
