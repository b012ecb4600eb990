import type { Kind } from '../../../../judgement/index.ts';

/** Weekly evaluations in other languages, for explanations. */
export const weekWords = {
  de: {
    facts: {
      'week.hoursWorked': 'erfasste Stunden',
      'week.activeDays': 'Tage mit erfasster Arbeit',
      'week.brainliftQuality': 'BrainLift-Qualität, 0 bis 100',
      'week.brainliftEntries': 'BrainLift-Einträge',
      'week.goalsMet': 'erreichte Ziele',
    },
    criteria: {
      hours: 'Stunden gegenüber dem Plan',
      brainlift: 'BrainLift-Qualität',
      goals: 'Erreichte Ziele',
      projects: 'Projekte',
      trend: 'Trend',
      data: 'Daten',
      reflection: 'Reflexion',
    },
  },
  es: {
    facts: {
      'week.hoursWorked': 'horas registradas',
      'week.activeDays': 'días con trabajo registrado',
      'week.brainliftQuality': 'calidad de BrainLift, de 0 a 100',
      'week.brainliftEntries': 'entradas de BrainLift',
      'week.goalsMet': 'objetivos cumplidos',
    },
    criteria: {
      hours: 'Horas frente al plan',
      brainlift: 'Calidad de BrainLift',
      goals: 'Objetivos cumplidos',
      projects: 'Proyectos',
      trend: 'Tendencia',
      data: 'Datos',
      reflection: 'Reflexión',
    },
  },
} as const satisfies Kind['words'];

/** Project evaluations in other languages, for explanations. */
export const projectWords = {
  de: {
    facts: { 'week.goalsMet': 'erreichte Projektziele', 'week.activeUsers': 'aktive Nutzer' },
    criteria: {
      goals: 'Projektziele',
      tam: 'Erreichbarer Markt',
      pace: 'Tempo durch die Phasen',
      traction: 'Zugkraft',
      'tam-reasoning': 'Begründung des Marktes',
    },
  },
  es: {
    facts: { 'week.goalsMet': 'objetivos del proyecto cumplidos', 'week.activeUsers': 'usuarios activos' },
    criteria: {
      goals: 'Objetivos del proyecto',
      tam: 'Mercado alcanzable',
      pace: 'Ritmo por las etapas',
      traction: 'Tracción',
      'tam-reasoning': 'Razonamiento del mercado',
    },
  },
} as const satisfies Kind['words'];
