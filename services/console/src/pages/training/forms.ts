// Which forms of training are there, and what do days and hours count by the rules in force?
import { computed, type ComputedRef } from 'vue';
import { api, ask } from '@/api/client';
import type { ApiError } from '@/api/error';
import type { Message } from '@/api/types';
import { useAsk } from '@/ui/ask';

export interface Forms {
  forms: ComputedRef<Message<'ronghe.training.v1.TrainingForm'>[]>;
  conversions: ComputedRef<Message<'ronghe.training.v1.HourConversion'>[]>;
  error: ComputedRef<ApiError | null>;
  reload: () => Promise<void>;
  /** The title of a form's code; the code itself until the titles are there. */
  titleOf: (code: string | undefined) => string;
}

export function useForms(): Forms {
  const { data, error, reload } = useAsk(() => ask(api.GET('/v1/trainingForms')));
  const forms = computed(() => data.value?.forms ?? []);
  return {
    forms,
    conversions: computed(() => data.value?.conversions ?? []),
    error: computed(() => error.value),
    reload,
    titleOf: (code) => forms.value.find((one) => one.code === code)?.title ?? code ?? '',
  };
}
