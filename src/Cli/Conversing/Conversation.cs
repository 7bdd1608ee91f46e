using System.Text;
using System.Text.Json.Nodes;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Conversing;

/// <summary>
/// Messages so far and a session that keeps their keys and values, so that each turn computes only what is new. Without a chat
/// template every line is a text that the model continues.
/// </summary>
internal sealed class Conversation : IDisposable
{
    private readonly Model _model;
    private readonly Session _session;
    private readonly AnswerOptions _asking;
    private readonly Screen _screen;
    private readonly ChatTemplate? _template;
    private readonly List<ChatMessage> _messages = [];

    internal Conversation(Model model, EngineOptions options, AnswerOptions asking, string? system, Screen screen)
    {
        _model = model;
        _asking = asking;
        _screen = screen;
        if (model.Tokenizer.ChatTemplate is { } source)
        {
            _template = ChatTemplate.TryParse(source, out ChatTemplate? template, out EngineRefusal? refusal)
                ? template
                : throw new RefusedException($"the model's chat template is refused: {refusal}.");
        }

        if (system is not null)
        {
            _messages.Add(new ChatMessage("system", system));
        }

        _session = new Session(model, options);
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Generates the answer to a line and shows it as it comes.</summary>
    internal void Answer(string line, CancellationToken cancellation)
    {
        _messages.Add(new ChatMessage("user", line));
        int[] prompt = Prompt(line);
        int room = _model.Config.MaxContext - prompt.Length;
        if (room < 1)
        {
            throw new RefusedException($"the conversation is refused: expected at most {_model.Config.MaxContext - 1} tokens, found {prompt.Length}.");
        }

        var request = new GenerationRequest(
            prompt, Math.Min(_asking.MaxNewTokens, room), _asking.Sampling, _asking.Seed, _model.Tokenizer.EndTokens.AsSpan(), _asking.StopSequences);
        var stream = new Stream(_model.Tokenizer, _screen);
        Transcript transcript;
        try
        {
            transcript = _session.Generate([request], stream, cancellation)[0];
        }
        catch (EngineRefusedException refused)
        {
            throw new RefusedException($"the conversation is refused: {refused.Refusal}.", refused);
        }

        stream.End();
        _screen.Say();
        if (transcript.FinishReason is FinishReason.Refused or FinishReason.Fault)
        {
            throw new RefusedException($"the conversation is refused: {transcript.RefusalCode}.");
        }

        string text = _model.Tokenizer.Decode(transcript.Tokens.AsSpan());
        _messages.Add(new ChatMessage("assistant", text));
        _screen.Answer(new JsonObject
        {
            ["answer"] = text,
            ["finish"] = $"{transcript.FinishReason}",
            ["promptTokens"] = prompt.Length,
            ["reusedTokens"] = _session.ReusedTokens,
            ["newTokens"] = transcript.Tokens.Length,
            ["resultHash"] = $"{transcript.ResultHash}",
        });
    }

    private int[] Prompt(string line)
    {
        string text = line;
        if (_template is not null
            && !_template.TryRender(_messages, _model.Tokenizer.BeginText, _model.Tokenizer.EndText, opensAnswer: true, out text!, out EngineRefusal? failed)) // Set if it rendered.
        {
            throw new RefusedException($"the conversation is refused: {failed}.");
        }

        // A template writes the tokens around a text itself.
        return _model.Tokenizer.TryEncode(text, withSpecial: _template is null, out int[]? tokens, out EngineRefusal? refusal)
            ? tokens
            : throw new RefusedException($"the text is refused: {refusal}.");
    }

    /// <summary>Shows tokens as text; a character that is not whole yet waits for its other bytes.</summary>
    private sealed class Stream(Tokenizer tokenizer, Screen screen) : IProgress<GenerationProgress>
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
        private bool _hasText;

        public void Report(GenerationProgress value)
        {
            string text = TextOf(tokenizer.TokenBytes(value.Token), isLast: false);
            screen.Write(Printable(text));
            screen.Answer(new JsonObject { ["token"] = value.Token, ["text"] = text });
        }

        /// <summary>Shows that the answer ended inside a character, if it did.</summary>
        internal void End() => screen.Write(TextOf([], isLast: true));

        private string TextOf(ReadOnlySpan<byte> bytes, bool isLast)
        {
            if (tokenizer.StripsLeadingSpace && !_hasText && bytes.StartsWith(" "u8))
            {
                bytes = bytes[1..];
                _hasText = true;
            }

            _hasText |= bytes.Length > 0;
            char[] characters = new char[bytes.Length + 2];
            return new string(characters, 0, _decoder.GetChars(bytes, characters, isLast));
        }

        // A model must not steer the terminal.
        private static string Printable(string text) =>
            string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\ufffd' : c));
    }
}
