using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Commands;

/// <summary>Runs the same requests in every way this machine offers and shows that there is one hash.</summary>
internal static class MatrixCommand
{
    private static readonly string[] s_prompts =
        ["The house stands on the hill", "for (int i = 0; i < n; i++)", "Привет, мир. 你好,世界。", "The house stands on the hill, and the river runs past the mill. In 1984 there were 1200 people."];

    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var file = new Argument<string?>("FILE") { Description = "An artifact (default: the demonstration model).", Arity = ArgumentArity.ZeroOrOne };
        Option<int> tokens = CommonOptions.Number("--tokens", "N", 24, 1, 4096, "New tokens of every request.");
        var command = new Command("matrix", "Print the hash of one set of results over every backend, thread count, chunk and batch.") { file, tokens };
        command.SetAction(async (parsed, cancellation) =>
        {
            Model model = await ModelCommand.OpenAsync(parsed.GetValue(file) ?? Installation.DemoModel, cancellation).ConfigureAwait(false);
            return await Task.Run(() => Run(screenFor(parsed), model, parsed.GetValue(tokens), cancellation), cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static int Run(Screen screen, Model model, int newTokens, CancellationToken cancellation)
    {
        GenerationRequest[] requests = [.. s_prompts.SelectMany((prompt, i) => new[]
        {
            new GenerationRequest(model.Tokenizer.Encode(prompt), newTokens),
            new GenerationRequest(model.Tokenizer.Encode(prompt), newTokens, new SamplingParameters { TemperatureMilli = 900, TopK = 40, TopPMillionths = 950_000 }, (ulong)i),
        })];
        EmbeddingRequest[] toEmbed = [.. requests.Select(request => new EmbeddingRequest(request.Prompt.AsSpan(), EmbeddingPooling.Mean))];
        var rows = new List<IReadOnlyList<string>>();
        var hashes = new HashSet<Digest>();
        foreach (Backend backend in Backends.Supported)
        {
            foreach ((int threads, int chunk, int batch) in Ways(backend))
            {
                var options = new EngineOptions { Backend = backend, Threads = threads, PrefillChunk = chunk, BatchSize = batch };
                using var session = new Session(model, options);
                Digest fresh = HashOf(session.Generate(requests, null, cancellation).Select(transcript => transcript.ResultHash), session.Embed(toEmbed, cancellation));
                // Once more, now with the keys and values of every prompt at hand.
                Digest reused = HashOf(session.Generate(requests, null, cancellation).Select(transcript => transcript.ResultHash), session.Embed(toEmbed, cancellation));
                hashes.Add(fresh);
                hashes.Add(reused);
                rows.Add([$"{backend}", Number(threads), Number(chunk), Number(batch), $"{fresh}"[..16], $"{reused}"[..16]]);
                screen.Answer(new JsonObject
                {
                    ["backend"] = $"{backend}", ["threads"] = threads, ["chunk"] = chunk, ["batch"] = batch, ["hash"] = $"{fresh}", ["hashWithPrefixes"] = $"{reused}",
                });
            }
        }

        screen.Table(["backend", "threads", "chunk", "batch", "hash", "with known prefixes"], rows);
        screen.Say(hashes.Count == 1 ? $"one hash over {2 * rows.Count} runs" : $"{hashes.Count} HASHES over {2 * rows.Count} runs");
        return hashes.Count == 1 ? ExitCode.Done : throw new RefusedException("the results differ: this machine must not execute tasks.");
    }

    // The definition is slow: it runs in one way.
    private static IEnumerable<(int Threads, int Chunk, int Batch)> Ways(Backend backend) => backend == Backend.Scalar
        ? [(1, 64, 4)]
        : from threads in new[] { 1, 2 } from chunk in new[] { 1, 7, 64, 256 } from batch in new[] { 1, 3, 32 } select (threads, chunk, batch);

    private static Digest HashOf(IEnumerable<Digest> transcripts, IEnumerable<Embedding> embeddings)
    {
        var all = new StringBuilder();
        foreach (Digest hash in transcripts.Concat(embeddings.Select(embedding => embedding.ResultHash)))
        {
            all.Append(CultureInfo.InvariantCulture, $"{hash}");
        }

        return Digest.Of(Encoding.ASCII.GetBytes(all.ToString()));
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
