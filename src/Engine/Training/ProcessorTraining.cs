using Ait.Engine.Execution;

namespace Ait.Engine.Training;

/// <summary>Training on the processor, right in the buffers of the decoder's parameters.</summary>
internal sealed unsafe class ProcessorTraining : ITrainingExecutor
{
    private readonly TrainedDecoder _decoder;
    private readonly TrainingKernels _kernels;
    private readonly WorkCrew _crew;
    private readonly CrewLoop _loop;

    public ProcessorTraining(TrainedDecoder decoder, Backend backend, int threads, int windows)
    {
        (_decoder, Windows) = (decoder, windows);
        _crew = new WorkCrew(threads);
        _loop = new CrewLoop(_crew);
        _kernels = Create(backend);
        Pass = new TrainingPass(decoder, Backends.Create(backend), _kernels, _loop, windows);
    }

    public int Windows { get; }

    /// <summary>Forward and back.</summary>
    public TrainingPass Pass { get; }

    public static TrainingKernels Create(Backend backend) => backend switch
    {
        Backend.Avx2 => new Avx2TrainingKernels(),
        Backend.Avx512 or Backend.Avx512Vnni => new Avx512TrainingKernels(),
        _ => new TrainingKernels(),
    };

    public bool Begin()
    {
        bool fits = true;
        foreach (Parameter parameter in _decoder.Parameters)
        {
            _loop.Run(parameter.Quantized.Packed.Panels, 2, (from, end, _) =>
            {
                for (int panel = from; panel < end; panel++)
                {
                    if (!parameter.Quantized.Quantize(_kernels, parameter.Weights.Pointer, panel))
                    {
                        Volatile.Write(ref fits, false);
                    }
                }
            });
            parameter.Gradient.Span.Clear();
        }

        return fits;
    }

    public long Add(ReadOnlySpan<ReadOnlyMemory<int>> windows, float share) => Pass.Run(windows, share);

    public int MagnitudeBits()
    {
        int bits = 0;
        foreach (Parameter parameter in _decoder.Parameters)
        {
            bits = Math.Max(bits, _kernels.MagnitudeBits(parameter.Gradient.Pointer, parameter.Count));
        }

        return bits;
    }

    public long SquareSum(float inverse)
    {
        long sum = 0;
        foreach (Parameter parameter in _decoder.Parameters)
        {
            sum += _kernels.SquareSum(parameter.Gradient.Pointer, inverse, parameter.Count);
        }

        return sum;
    }

    public void Descend(in AdamStep step)
    {
        AdamStep numbers = step;
        foreach (Parameter parameter in _decoder.Parameters)
        {
            int width = parameter.Columns;
            _loop.Run(parameter.Rows, 32, (from, end, _) =>
            {
                long at = (long)from * width;
                _kernels.AdamW(
                    parameter.Weights.Pointer + at, parameter.Mean.Pointer + at, parameter.Square.Pointer + at, parameter.Gradient.Pointer + at, numbers, (end - from) * width);
            });
        }
    }

    public void Load()
    {
        // They are used where they lie.
    }

    public void Store()
    {
        // They are used where they lie.
    }

    public void Dispose() => _crew.Dispose();
}
