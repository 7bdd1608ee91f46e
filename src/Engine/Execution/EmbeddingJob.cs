namespace Ait.Engine.Execution;

/// <summary>One embedding: pools the normed stream of its positions.</summary>
internal sealed class EmbeddingJob : SequenceJob
{
    private readonly Model _model;
    private readonly EmbeddingRequest _request;

    public EmbeddingJob(int index, EmbeddingRequest request, Model model)
        : base(index, model, request.Prompt.AsSpan(), 0)
    {
        _model = model;
        _request = request;
        Slice.Pool = new long[model.Config.Dimension];
        Slice.PoolFrom = request.Pooling == EmbeddingPooling.Last ? PromptLength - 1 : 0;
    }

    // A position that is not computed adds nothing to the sum.
    protected override bool MayReuse => false;

    public override int Accept(IStepExecutor executor, Sampler sampler)
    {
        FinishReason = Slice.Faulted ? FinishReason.Fault : Slice.IsLast ? FinishReason.Length : FinishReason.None;
        return -1;
    }

    public Embedding ToEmbedding()
    {
        if (FinishReason == FinishReason.Fault)
        {
            return new Embedding(_model.Descriptor.Digest, _request.Digest, FinishReason, EngineRefusalCode.NumericRange, []);
        }

        // Units of 2^-16, summed as integers: the order of the positions cannot matter.
        float count = PromptLength - Slice.PoolFrom;
        long[] sums = Slice.Pool ?? [];
        float[] values = new float[sums.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (Scalar.ExactMath.ToSingle(sums[i]) / count) * (1f / 65536f);
        }

        return new Embedding(_model.Descriptor.Digest, _request.Digest, FinishReason, EngineRefusalCode.None, values);
    }

    protected override void Prepare()
    {
    }
}
