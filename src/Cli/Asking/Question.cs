using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Asking;

/// <summary>One question put to a coordinator's OpenAI-compatible API on a key, its answer read as it comes.</summary>
internal sealed class Question
{
    private const string Path = "/v1/chat/completions";
    private const string Data = "data: ";
    private readonly CoordinatorApi _coordinator;
    private readonly string _key;

    internal Question(CoordinatorApi coordinator, string key)
    {
        _coordinator = coordinator;
        _key = key;
    }

    /// <summary>Where the proof of the answer is; set by the last event.</summary>
    internal JsonObject? Proof { get; private set; }

    /// <summary>The answer's text piece by piece; what the seats do meanwhile goes to <paramref name="progress"/>.</summary>
    internal async IAsyncEnumerable<string> AskAsync(JsonObject request, Action<string> progress, [EnumeratorCancellation] CancellationToken cancellation)
    {
        request["stream"] = true;
        using HttpResponseMessage response = await _coordinator
            .StreamAsync(Path, _key, JsonSerializer.SerializeToUtf8Bytes(request, s_json), cancellation).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        if (!response.IsSuccessStatusCode)
        {
            throw Refused(Parse(await reader.ReadToEndAsync(cancellation).ConfigureAwait(false)));
        }

        while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is string line)
        {
            if (line.StartsWith(": ", StringComparison.Ordinal))
            {
                progress(line[2..]);
                continue;
            }

            if (!line.StartsWith(Data, StringComparison.Ordinal) || line == Data + "[DONE]")
            {
                continue;
            }

            JsonObject chunk = Parse(line[Data.Length..]);
            if (chunk.ContainsKey("error"))
            {
                throw Refused(chunk);
            }

            Proof = chunk["ait"] as JsonObject ?? Proof;
            if (chunk["choices"] is JsonArray { Count: > 0 } choices && choices[0]?["delta"]?["content"] is JsonValue piece)
            {
                yield return piece.GetValue<string>();
            }
        }
    }

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.General);

    private static RefusedException Refused(JsonObject answer) =>
        new($"the coordinator refuses: {answer["error"]?["message"]?.GetValue<string>() ?? "without a reason"}");

    private JsonObject Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new JsonException("not an object");
        }
        catch (JsonException fault)
        {
            throw new SurroundingsException($"{_coordinator.Address} answered {Path} with something else than expected ({fault.Message}). Check that it is a coordinator of this version.", fault);
        }
    }
}
