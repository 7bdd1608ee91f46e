using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Importing;
using Ait.Engine.Storing;
using Microsoft.Win32.SafeHandles;

namespace Ait.Engine;

/// <summary>
/// A model in one file: descriptor, tokenizer, int8 weights. Its identity is the digest of the descriptor, which names the
/// digests of weights and tokenizer; whoever opens the file computes them again.
/// </summary>
public static class ModelArtifact
{
    /// <summary>
    /// Makes an artifact of a checkpoint in the Hugging Face layout. The file appears under its name only when it is complete;
    /// nothing is left behind otherwise. Every machine makes the same bytes.
    /// </summary>
    /// <param name="folder">The folder with config.json, tokenizer.json and safetensors.</param>
    /// <param name="path">The file to write; one of that name is replaced.</param>
    /// <param name="options">How; null for the default.</param>
    /// <param name="progress">Told after every matrix; may be null.</param>
    /// <param name="cancellation">Looked at between matrices.</param>
    /// <param name="descriptor">What the artifact holds.</param>
    /// <param name="refusal">Why there is none.</param>
    /// <exception cref="IOException">The artifact cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; no file is left.</exception>
    public static bool TryImport(
        string folder,
        string path,
        ImportOptions? options,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellation,
        [NotNullWhen(true)] out ModelDescriptor? descriptor,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        descriptor = null;
        refusal = null;
        try
        {
            using Checkpoint checkpoint = Checkpoint.Open(folder);
            var source = new CheckpointSource(checkpoint, options?.Rotate ?? false);
            ModelConfig shape = WithContext(source.Shape, options?.MaxContext ?? 0);
            if (Model.CheckSize(shape, EngineLimits.MaxParameters) is { } tooLarge)
            {
                throw new EngineRefusedException(tooLarge);
            }

            byte[] tokenizer = TokenizerFiles.Read(checkpoint);
            descriptor = ArtifactWriter.Write(path, shape, source, tokenizer, progress, cancellation);
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return descriptor is not null;
    }

    /// <summary>Reads descriptor and length of an artifact, and nothing of its weights.</summary>
    /// <param name="path">The file.</param>
    /// <param name="descriptor">What the file says it holds: a claim until <see cref="TryOpen"/> has computed the digests.</param>
    /// <param name="refusal">What is wrong with it.</param>
    public static bool TryRead(string path, [NotNullWhen(true)] out ModelDescriptor? descriptor, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        descriptor = null;
        refusal = null;
        try
        {
            using SafeFileHandle file = OpenFile(path);
            (descriptor, _, _) = ReadHead(file, Path.GetFileName(path));
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return descriptor is not null;
    }

    /// <summary>Reads the tokenizer of an artifact, whose digest is computed, and nothing of its weights.</summary>
    /// <param name="path">The file.</param>
    /// <param name="descriptor">What the file says it holds; the tokenizer is the one that it names.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="refusal">What is wrong with the file.</param>
    public static bool TryReadTokenizer(
        string path, [NotNullWhen(true)] out ModelDescriptor? descriptor, [NotNullWhen(true)] out Tokenizer? tokenizer, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        descriptor = null;
        tokenizer = null;
        refusal = null;
        try
        {
            byte[] encoded = ReadTokenizer(path, out descriptor);
            tokenizer = Tokenizer.Read(Path.GetFileName(path), encoded, descriptor.Config.Vocabulary);
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return tokenizer is not null;
    }

    /// <summary>Reads a model into memory and computes its digests.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Looked at while reading.</param>
    /// <param name="model">The model, whose weights and tokenizer are those that its descriptor names.</param>
    /// <param name="refusal">What is wrong with the file.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static bool TryOpen(
        string path, CancellationToken cancellation, [NotNullWhen(true)] out Model? model, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        model = null;
        refusal = null;
        try
        {
            model = Open(path, cancellation);
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return model is not null;
    }

    /// <summary>The stored tokenizer of an artifact, checked against its descriptor. Throws if there is none.</summary>
    internal static byte[] ReadTokenizer(string path, out ModelDescriptor descriptor)
    {
        using SafeFileHandle file = OpenFile(path);
        (descriptor, byte[] tokenizer, _) = ReadHead(file, Path.GetFileName(path));
        var found = Digest.Of(tokenizer);
        return found == descriptor.TokenizerDigest
            ? tokenizer
            : throw JsonFile.Fault(EngineRefusalCode.DigestMismatch, $"{Path.GetFileName(path)}: tokenizer", $"{descriptor.TokenizerDigest}", $"{found}");
    }

    private static Model Open(string path, CancellationToken cancellation)
    {
        string name = Path.GetFileName(path);
        using SafeFileHandle file = OpenFile(path);
        (ModelDescriptor descriptor, byte[] tokenizerBytes, long offset) = ReadHead(file, name);
        if (Model.CheckSize(descriptor.Config, EngineLimits.MaxParameters) is { } tooLarge)
        {
            throw new EngineRefusedException(tooLarge);
        }

        var found = Digest.Of(tokenizerBytes);
        if (found != descriptor.TokenizerDigest)
        {
            throw JsonFile.Fault(EngineRefusalCode.DigestMismatch, $"{name}: tokenizer", $"{descriptor.TokenizerDigest}", $"{found}");
        }

        Tokenizer tokenizer = Tokenizer.Read(name, tokenizerBytes, descriptor.Config.Vocabulary);
        var model = new Model(descriptor, new ArtifactSource(file, name, offset, cancellation), tokenizer);
        return model.WeightsDigest == descriptor.WeightsDigest
            ? model
            : throw JsonFile.Fault(EngineRefusalCode.DigestMismatch, $"{name}: weights", $"{descriptor.WeightsDigest}", $"{model.WeightsDigest}");
    }

    private static ModelConfig WithContext(ModelConfig shape, int context)
    {
        if (context < 0 || context > shape.MaxContext)
        {
            throw new EngineRefusedException(EngineRefusal.Range(EngineRefusalCode.ModelShape, "context", 1, shape.MaxContext, context));
        }

        return context == 0 ? shape : shape with { MaxContext = context };
    }

    private static SafeFileHandle OpenFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw JsonFile.Fault(EngineRefusalCode.FileUnreadable, Path.GetFileName(path), "an artifact that can be read", fault is FileNotFoundException ? "no such file" : fault.Message);
        }
    }

    private static (ModelDescriptor Descriptor, byte[] Tokenizer, long DataOffset) ReadHead(SafeFileHandle file, string name)
    {
        long length = RandomAccess.GetLength(file);
        byte[] head = ReadExactly(file, name, 0, ArtifactLayout.HeadBytes, length);
        if (!head.AsSpan(0, 8).SequenceEqual(ArtifactLayout.Magic))
        {
            throw JsonFile.Fault(
                EngineRefusalCode.WrongMagic, $"{name}, offset 0", Convert.ToHexStringLower(ArtifactLayout.Magic), Convert.ToHexStringLower(head.AsSpan(0, 8)));
        }

        int descriptorBytes = Length(head, 8, ModelDescriptor.MaxEncodedSize, name);
        int tokenizerBytes = Length(head, 12, Tokenizer.MaxEncodedSize, name);
        byte[] encoded = ReadExactly(file, name, ArtifactLayout.HeadBytes, descriptorBytes, length);
        if (!ModelDescriptor.TryParse(encoded, out ModelDescriptor? descriptor, out EngineRefusal? refusal))
        {
            throw JsonFile.Fault(refusal.Code, $"{name}, offset {ArtifactLayout.HeadBytes}: {refusal.What}", refusal.Expected, refusal.Found);
        }

        if (!descriptor.IsStored)
        {
            throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {ArtifactLayout.HeadBytes}", "a descriptor of stored weights", "one of weights from a seed");
        }

        long offset = ArtifactLayout.DataOffset(descriptorBytes, tokenizerBytes);
        long expected = offset + ArtifactLayout.DataBytes(descriptor.Config);
        if (length != expected)
        {
            throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{name}: length", $"{expected} bytes by the shape", $"{length}");
        }

        byte[] rest = ReadExactly(file, name, ArtifactLayout.HeadBytes + descriptorBytes, (int)(offset - ArtifactLayout.HeadBytes - descriptorBytes), length);
        int padding = rest.AsSpan(tokenizerBytes).IndexOfAnyExcept((byte)0);
        return padding < 0
            ? (descriptor, rest[..tokenizerBytes], offset)
            : throw JsonFile.Fault(
                EngineRefusalCode.MalformedFile, $"{name}, offset {ArtifactLayout.HeadBytes + descriptorBytes + tokenizerBytes + padding}", "zeros before the weights", "another byte");
    }

    private static int Length(byte[] head, int at, int limit, string name)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(at));
        return length >= 0 && length <= limit
            ? length
            : throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {at}", $"a length of at most {limit}", $"{length}");
    }

    private static byte[] ReadExactly(SafeFileHandle file, string name, long offset, int count, long length)
    {
        if (offset + count > length)
        {
            throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {offset}", $"{count} bytes", $"{Math.Max(0, length - offset)}");
        }

        byte[] bytes = new byte[count];
        int done = 0;
        while (done < count)
        {
            int read = RandomAccess.Read(file, bytes.AsSpan(done), offset + done);
            if (read == 0)
            {
                throw JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {offset + done}", $"{count - done} more bytes", "the end of the file");
            }

            done += read;
        }

        return bytes;
    }
}
